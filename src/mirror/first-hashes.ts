import { createHash } from 'node:crypto';

import { findArtifactName } from '../ecosystems/pypi/filenames.ts';
import { fits } from '../ecosystems/pypi/tags.ts';
import { compareVersions, type Version } from '../ecosystems/pypi/versions.ts';
import { takes } from '../ecosystems/releases.ts';
import { isGatehouseError } from '../model/errors.ts';
import type { ProjectRecords, UpstreamArtifact, UpstreamPage } from '../model/record.ts';
import { parseSha256, type Sha256 } from '../model/sha256.ts';
import type { SourceId } from '../model/subject.ts';
import { pythonTargets } from '../model/target.ts';
import { findAllowance } from '../policy/select.ts';
import { upstreamOf } from './sources.ts';
import type { MirrorState } from './state.ts';

/** Of each project so many of its newest versions are fetched, times `versions.keep`. */
const KEEPS = 4;

/**
 * For a source whose index gives no hashes, as a plain directory: fetches the wheels that could be approved and gives
 * the page with their SHA-256, which from then on is the only one of that file name (`sources.<id>.hashes:
 * first-seen`). What `before` has a hash for is not fetched again; what cannot be fetched stays without.
 */
export async function addFirstHashes(
  state: MirrorState,
  page: UpstreamPage,
  { source, before }: { readonly source: SourceId; readonly before: ProjectRecords | undefined },
): Promise<UpstreamPage> {
  const known = new Set(
    before?.records.flatMap(({ filename, sha256 }) => (sha256 === undefined ? [] : [filename])),
  );
  const lacking = lackingHashes(state, source, page);
  const wanted = new Set(lacking.filter(({ filename }) => !known.has(filename)));
  if (wanted.size === 0) return page;
  const artifacts: UpstreamArtifact[] = [];
  // One after the other: whoever offers no hashes is seldom a large index.
  for (const artifact of page.artifacts) {
    const sha256 = wanted.has(artifact) ? await findHash(state, source, artifact) : undefined;
    artifacts.push(sha256 === undefined ? artifact : { ...artifact, sha256 });
  }
  return { ...page, artifacts };
}

/**
 * The wheels without a hash that fit a target and are among the newest versions that the policy lets in, where the
 * source is one whose hashes are taken from the bytes.
 */
export function lackingHashes(
  state: MirrorState,
  source: SourceId,
  page: Pick<UpstreamPage, 'project' | 'artifacts'>,
): readonly UpstreamArtifact[] {
  const { sources } = state.standard.policy;
  return sources.find(({ id }) => id === source)?.hashes === 'first-seen'
    ? possible(state, page)
    : [];
}

function possible(
  state: MirrorState,
  page: Pick<UpstreamPage, 'project' | 'artifacts'>,
): readonly UpstreamArtifact[] {
  const { targets, versions } = state.standard.policy;
  const ranges = findAllowance(state.standard.policy, page.project)?.ranges;
  const fitting = page.artifacts.flatMap((artifact) => {
    const name = findArtifactName(artifact.filename, page.project);
    return artifact.sha256 === undefined &&
      name?.kind === 'wheel' &&
      pythonTargets(targets).some((target) => fits(name.tags, target)) &&
      (ranges?.some(({ value }) => takes(value, name)) ?? true)
      ? [{ artifact, version: name.version }]
      : [];
  });
  const newest = newestOf(
    fitting.map(({ version }) => version),
    KEEPS * versions.keep.value,
  );
  return fitting.filter(({ version }) => newest.has(version.text)).map(({ artifact }) => artifact);
}

function newestOf(versions: readonly Version[], count: number): ReadonlySet<string> {
  const sorted = versions.toSorted((left, right) => compareVersions(right, left));
  return new Set([...new Set(sorted.map(({ text }) => text))].slice(0, count));
}

async function findHash(
  state: MirrorState,
  source: SourceId,
  artifact: UpstreamArtifact,
): Promise<Sha256 | undefined> {
  const { filename } = artifact;
  try {
    const upstream = await upstreamOf(state, source);
    await using opened = await upstream.openArtifact(artifact, { signal: state.ending });
    const hash = createHash('sha256');
    for await (const chunk of opened.body) hash.update(chunk);
    const sha256 = parseSha256(hash.digest('hex'));
    state.log.info({ filename, source, sha256 }, 'hash taken from the bytes');
    return sha256;
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    const { code, message: reason } = error;
    state.log.warn({ filename, source, code, reason }, 'hash not taken');
    return undefined;
  }
}
