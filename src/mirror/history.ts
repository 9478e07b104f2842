import { compareReleases } from '../ecosystems/releases.ts';
import type { CondaEvidence, WheelEvidence } from '../model/evidence.ts';
import type { ProjectRecords } from '../model/record.ts';
import type { Instant } from '../model/time.ts';
import type { History } from '../validation/rules/rule.ts';
import { type KnownArtifact, type KnownProject, metadataOf } from './knowledge.ts';
import type { NameOwners } from './name-owners.ts';
import { findPublished, publishedBy } from './provenance.ts';
import type { Located } from './state.ts';
import { takenNames } from './taken-names.ts';

/** What was admitted before, as far as rules compare an artifact with it. */
export function historyOf(names: NameOwners, { project, artifact }: Located): History {
  const { admitted } = artifact;
  const taken = takenNames(names, artifact);
  const known = {
    admitted,
    ...firstLookAt(project),
    ...publishedBy(publishedBefore(project, artifact)),
    ...(taken === undefined ? {} : { taken }),
  };
  const before = previousOf({ project, artifact });
  const evidence = before && installedOf(before);
  if (before === undefined || evidence?.contents === undefined) return known;
  const { contents, unpackedBytes } = evidence;
  const { metadata } = metadataOf(before) ?? evidence.metadata;
  return {
    ...known,
    previous: { version: before.name.version.text, contents, metadata, unpackedBytes },
  };
}

const firstLooks = new WeakMap<ProjectRecords, Instant>();

function firstLookAt({ records }: KnownProject): Pick<History, 'firstLook'> {
  if (records === undefined) return {};
  const firstLook =
    firstLooks.get(records) ??
    records.records.reduce((first, { firstSeen }) => Math.min(first, firstSeen), Infinity);
  firstLooks.set(records, firstLook);
  return { firstLook };
}

/**
 * Of the newest older version of which something was admitted, the artifact for the same tags, else the first; absent:
 * there is none, or the artifact itself was admitted. Asked for the few that have evidence and are not admitted.
 */
export function previousOf({ project, artifact }: Located): KnownArtifact | undefined {
  if (artifact.admitted || installedOf(artifact) === undefined) return undefined;
  const older = project.artifacts.filter(
    (other) =>
      other.admitted &&
      installedOf(other) !== undefined &&
      compareReleases(other.name.version, artifact.name.version) < 0,
  );
  const newest = older.filter(({ name }) => name.version.text === older[0]?.name.version.text);
  const tags = tagsOf(artifact);
  return newest.find((other) => tagsOf(other) === tags) ?? newest[0];
}

/** What is known of it as it is installed; absent: nothing, or it is sources. */
function installedOf({ evidence }: KnownArtifact): WheelEvidence | CondaEvidence | undefined {
  return evidence?.kind === 'wheel' || evidence?.kind === 'conda' ? evidence : undefined;
}

function tagsOf({ name }: KnownArtifact): string {
  if (name.kind === 'conda') return name.subdir;
  return name.kind === 'wheel' ? name.tags.join(' ') : '';
}

/** Asked of everything at each seal: only what has evidence and is not admitted yet is compared. */
export function publishedBefore(
  project: KnownProject,
  artifact: KnownArtifact,
): KnownArtifact | undefined {
  const isCompared = artifact.evidence !== undefined && !artifact.admitted;
  return isCompared ? findPublished(project, artifact) : undefined;
}
