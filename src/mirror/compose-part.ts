import { compareReleases, type ReleaseVersion } from '../ecosystems/releases.ts';
import type { Target } from '../model/target.ts';
import { earliest } from '../model/time.ts';
import type { ClosureOutcome } from '../validation/close.ts';
import type { Candidate, CandidateProject } from '../validation/closure/candidate.ts';
import type { CataloguePart, PartArtifact } from './catalogue.ts';
import { type KnownArtifact, type KnownProject, metadataOf } from './knowledge.ts';

/** A project with what was found of its artifacts. */
export interface JudgedProject {
  readonly candidates: CandidateProject;
  /** By place, as the candidates are. */
  readonly outcomes: readonly ClosureOutcome[];
  readonly targets: readonly Target[];
}

interface Judgement {
  readonly artifact: KnownArtifact;
  readonly candidate: Candidate;
  readonly outcome: ClosureOutcome;
}

interface Composed {
  readonly judgements: readonly Judgement[];
  readonly part: CataloguePart;
}

const composed = new WeakMap<CandidateProject, Composed>();

/**
 * Writes the part of one project: all that is approved, and of the refused what a user may run into. While
 * nothing of it changes it is the same object.
 */
export function composePart(project: KnownProject, judged: JudgedProject): CataloguePart {
  const judgements = judgementsThatFit(project, judged);
  const counts = countVerdicts(judged.outcomes);
  const before = composed.get(judged.candidates);
  if (before !== undefined && isSame(before, judgements, counts)) return before.part;
  const part = write(project, { judgements, counts, targets: judged.targets });
  composed.set(judged.candidates, { judgements, part });
  return part;
}

/** What fits no target is shown nowhere, and there is ten times more of it than of the rest. */
function judgementsThatFit(
  project: KnownProject,
  { candidates: { candidates }, outcomes }: JudgedProject,
): readonly Judgement[] {
  return project.artifacts.flatMap((artifact, index) => {
    const candidate = candidates[index];
    const outcome = outcomes[index];
    if (candidate === undefined || outcome === undefined || candidate.fits === 0) return [];
    return [{ artifact, candidate, outcome }];
  });
}

function isSame(
  before: Composed,
  judgements: readonly Judgement[],
  counts: CataloguePart['counts'],
): boolean {
  return (
    isSameText(before.part.counts, counts) &&
    judgements.every(({ outcome }, index) =>
      isSameOutcome(before.judgements[index]?.outcome, outcome),
    )
  );
}

function isSameOutcome(before: ClosureOutcome | undefined, outcome: ClosureOutcome): boolean {
  if (before?.verdict !== outcome.verdict || before.until !== outcome.until) return false;
  const isBare = outcome.findings.length + outcome.targets.length === 0;
  if (isBare) return before.findings.length + before.targets.length === 0;
  return isSameText(before, outcome);
}

/** Parts are kept as JSON, so what is equal there is equal. */
function isSameText(left: object, right: object): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function write(
  project: KnownProject,
  found: Pick<CataloguePart, 'counts'> & {
    readonly judgements: readonly Judgement[];
    readonly targets: readonly Target[];
  },
): CataloguePart {
  const artifacts = byVersion(found.judgements).flatMap((release) => [
    ...release.filter(isApproved).map((judgement) => entryOf(judgement, judgement.outcome.targets)),
    ...refusedWorthShowing(release, found.targets),
  ]);
  const status = project.records?.status;
  return {
    project: project.project,
    source: project.source,
    ...(status === undefined ? {} : { status }),
    artifacts,
    counts: found.counts,
  };
}

function isApproved(judgement: Judgement): boolean {
  return judgement.outcome.verdict === 'approve';
}

/**
 * For each declared target on which a version has nothing approved, the one refused wheel that a client would choose
 * there (DESIGN §7). The sdist only stands for a version of which no wheel is listed at all: else its format would
 * hide the reason. What fits no target is not listed.
 */
function refusedWorthShowing(
  release: readonly Judgement[],
  targets: readonly Target[],
): readonly PartArtifact[] {
  const refused = release.filter(
    (judgement) => !isApproved(judgement) && judgement.artifact.record.goneSince === undefined,
  );
  const approved = release.filter(isApproved);
  const approvedOn = new Set(approved.flatMap(({ outcome }) => outcome.targets));
  const wheels = chooseOnTargets(refused.filter(isBuilt), { targets, approvedOn });
  return wheels.length > 0 || approved.some(isBuilt)
    ? wheels
    : chooseOnTargets(refused, { targets, approvedOn });
}

function isBuilt({ candidate }: Judgement): boolean {
  return candidate.name.kind !== 'sdist';
}

function chooseOnTargets(
  refused: readonly Judgement[],
  where: { readonly targets: readonly Target[]; readonly approvedOn: ReadonlySet<string> },
): readonly PartArtifact[] {
  const shown = new Map<Judgement, string[]>();
  for (const [index, target] of where.targets.entries()) {
    if (where.approvedOn.has(target.id)) continue;
    const chosen = refused.find(({ candidate }) => (candidate.fits & (1 << index)) !== 0);
    if (chosen !== undefined) shown.set(chosen, [...(shown.get(chosen) ?? []), target.id]);
  }
  return [...shown].map(([judgement, ids]) => entryOf(judgement, ids));
}

function entryOf(judgement: Judgement, targets: readonly string[]): PartArtifact {
  const { artifact, candidate, outcome } = judgement;
  const { record, subject } = artifact;
  const metadata = metadataOf(artifact);
  const until = earliest(candidate.decision.until, outcome.until);
  return {
    filename: subject.filename,
    sha256: subject.sha256,
    version: candidate.name.version.text,
    verdict: outcome.verdict,
    findings: [...candidate.decision.findings, ...outcome.findings],
    targets,
    ...(until === undefined ? {} : { until }),
    ...(record.sizeBytes === undefined ? {} : { sizeBytes: record.sizeBytes }),
    ...(record.uploadTime === undefined ? {} : { uploadTime: record.uploadTime }),
    ...(record.requiresPython === undefined ? {} : { requiresPython: record.requiresPython }),
    ...(record.yanked === undefined ? {} : { yanked: record.yanked }),
    ...(metadata === undefined ? {} : { metadata: metadata.sha256 }),
  };
}

/** Judgements stand newest version first. */
function byVersion(judgements: readonly Judgement[]): readonly (readonly Judgement[])[] {
  const groups: { readonly version: ReleaseVersion; readonly judgements: Judgement[] }[] = [];
  for (const judgement of judgements) {
    const { version } = judgement.candidate.name;
    const last = groups.at(-1);
    if (last !== undefined && compareReleases(last.version, version) === 0)
      last.judgements.push(judgement);
    else groups.push({ version, judgements: [judgement] });
  }
  return groups.map((group) => group.judgements);
}

function countVerdicts(outcomes: readonly ClosureOutcome[]): CataloguePart['counts'] {
  const counts = { approve: 0, review: 0, deny: 0 };
  for (const { verdict } of outcomes) counts[verdict] += 1;
  return counts;
}
