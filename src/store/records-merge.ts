import type {
  ArtifactRecord,
  ProjectRecords,
  UpstreamArtifact,
  UpstreamPage,
} from '../model/record.ts';
import type { ArtifactFilename, ProjectName, SourceId } from '../model/subject.ts';
import type { Instant } from '../model/time.ts';

/** What an upstream answered about a project: a page, or that it has none. */
export type UpstreamAnswer = UpstreamPage | 'absent';

/** Whom an answer is about, and when it came. */
export interface AnswerContext {
  readonly source: SourceId;
  readonly project: ProjectName;
  readonly etag?: string;
  readonly now: Instant;
}

/**
 * What is remembered of a project after an answer. File names are only added, in the order in which they were first
 * seen. The first sha256 of each is the only one; what upstream says of other bytes is kept out (but for a yank) and
 * noted as a mutation. A name that upstream no longer lists is gone since now, until it lists it again.
 */
export function mergeRecords(
  before: ProjectRecords | undefined,
  answer: UpstreamAnswer,
  context: AnswerContext,
): ProjectRecords {
  const { source, project, etag, now } = context;
  const artifacts = answer === 'absent' ? [] : answer.artifacts;
  const status = answer === 'absent' ? undefined : answer.status;
  return {
    source,
    project,
    ...(status === undefined ? {} : { status }),
    records: mergeArtifacts(before?.records ?? [], artifacts, now),
    absentUpstream: answer === 'absent',
    ...(etag === undefined ? {} : { etag }),
    fetched: now,
  };
}

function mergeArtifacts(
  before: readonly ArtifactRecord[],
  artifacts: readonly UpstreamArtifact[],
  now: Instant,
): readonly ArtifactRecord[] {
  const records = new Map<ArtifactFilename, ArtifactRecord>();
  for (const record of before) {
    records.set(record.filename, { ...record, goneSince: record.goneSince ?? now });
  }
  // A page that lists a name twice is as two pages, one after the other.
  for (const artifact of artifacts) {
    records.set(artifact.filename, follow(records.get(artifact.filename), artifact, now));
  }
  return [...records.values()];
}

function follow(
  before: ArtifactRecord | undefined,
  artifact: UpstreamArtifact,
  now: Instant,
): ArtifactRecord {
  if (before === undefined) return { ...artifact, firstSeen: now };
  const first = before.sha256;
  if (first !== undefined && artifact.sha256 !== undefined && artifact.sha256 !== first) {
    return mutate(before, { artifact, sha256: artifact.sha256, now });
  }
  return {
    ...artifact,
    ...(first === undefined ? {} : { sha256: first }),
    firstSeen: before.firstSeen,
    ...(before.mutation === undefined ? {} : { mutation: before.mutation }),
  };
}

/** URL, size and the rest describe bytes that are not ours. A yank is the project's word about the name. */
function mutate(
  before: ArtifactRecord,
  other: {
    readonly artifact: UpstreamArtifact;
    readonly sha256: NonNullable<UpstreamArtifact['sha256']>;
    readonly now: Instant;
  },
): ArtifactRecord {
  const { goneSince: _gone, yanked: _yanked, ...kept } = before;
  const { yanked } = other.artifact;
  return {
    ...kept,
    ...(yanked === undefined ? {} : { yanked }),
    mutation: before.mutation ?? { sha256: other.sha256, seen: other.now },
  };
}
