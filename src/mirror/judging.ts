import type { Basis, Decision } from '../model/decision.ts';
import type { Evidence } from '../model/evidence.ts';
import type { ProjectRecords } from '../model/record.ts';
import type { Revocation } from '../model/revocation.ts';
import type { Instant } from '../model/time.ts';
import type { Policy } from '../policy/policy.ts';
import { verifiesAttestations } from '../policy/select.ts';
import type { Candidate } from '../validation/closure/candidate.ts';
import { judge } from '../validation/judge.ts';
import type { History, RuleInput } from '../validation/rules/rule.ts';
import { awaitsTexts } from './awaits-texts.ts';
import { fitsMask } from './fits.ts';
import { historyOf, previousOf, publishedBefore } from './history.ts';
import {
  type KnownArtifact,
  type KnownProject,
  extrasOf,
  metadataOf,
  requirementsOf,
} from './knowledge.ts';
import type { NameOwners } from './name-owners.ts';
import { lacksProvenance } from './provenance.ts';
import { takenNames } from './taken-names.ts';

/** What artifacts are judged by; replaced as a whole when one of them changes. */
export interface Standard {
  readonly policy: Policy;
  readonly revocations: readonly Revocation[];
  /** Who has which names; it grows with each admission. */
  readonly names: NameOwners;
}

/** The facts behind a judgement, compared by identity: while all are the same, it stands until its `until`. */
interface Facts {
  readonly record: KnownArtifact['record'];
  readonly provisional: KnownArtifact['provisional'];
  readonly evidence: KnownArtifact['evidence'];
  readonly provenance: KnownArtifact['provenance'];
  readonly trial: KnownArtifact['trial'];
  /** Whose publisher this one's is compared with. */
  readonly published: KnownArtifact['provenance'];
  readonly failure: KnownArtifact['metadataFailure'];
  readonly status: ProjectRecords['status'];
  readonly admitted: boolean;
  readonly previous: Evidence | undefined;
  readonly taken: History['taken'] | undefined;
}

interface Judged extends Facts {
  readonly standard: Standard;
  readonly candidate: Candidate;
  readonly judgedAt: Instant;
}

/** An artifact, and when it is asked about. */
interface Asked {
  readonly project: KnownProject;
  readonly artifact: KnownArtifact;
  readonly now: Instant;
}

const judged = new WeakMap<KnownArtifact, Judged>();

/** The best basis on which an artifact can be judged now. */
export function basisOf(artifact: KnownArtifact): Basis {
  if (artifact.evidence !== undefined) return 'contents';
  return artifact.provisional === undefined ? 'record' : 'metadata';
}

/** Judges an artifact on a basis, from all that is known of it. Pure but for the memory of equal questions. */
export function judgeArtifact(
  standard: Standard,
  known: Asked,
  basis: Basis = basisOf(known.artifact),
): Decision {
  return judge(ruleInput(standard, known), basis);
}

/** The artifact as the closure sees it: judged on its record and on the best basis known. */
export function candidateOf(standard: Standard, known: Asked): Candidate {
  const before = judged.get(known.artifact);
  if (before !== undefined && before.standard === standard && stands(before, known)) {
    return before.candidate;
  }
  const candidate = makeCandidate(standard, known);
  judged.set(known.artifact, {
    standard,
    candidate,
    ...factsBehind(standard, known),
    judgedAt: known.now,
  });
  return candidate;
}

/** A seal asks this of everything known, so it makes nothing. */
function stands(before: Judged, { project, artifact, now }: Asked): boolean {
  const { until } = before.candidate.decision;
  return (
    before.record === artifact.record &&
    before.provisional === artifact.provisional &&
    before.evidence === artifact.evidence &&
    before.provenance === artifact.provenance &&
    before.trial === artifact.trial &&
    before.published === publishedBefore(project, artifact)?.provenance &&
    before.failure === artifact.metadataFailure &&
    before.status === project.records?.status &&
    before.admitted === artifact.admitted &&
    before.previous === previousOf({ project, artifact })?.evidence &&
    before.taken === takenNames(before.standard.names, artifact) &&
    now >= before.judgedAt &&
    (until === undefined || now < until)
  );
}

function factsBehind({ names }: Standard, { project, artifact }: Asked): Facts {
  return {
    record: artifact.record,
    provisional: artifact.provisional,
    evidence: artifact.evidence,
    provenance: artifact.provenance,
    trial: artifact.trial,
    published: publishedBefore(project, artifact)?.provenance,
    failure: artifact.metadataFailure,
    status: project.records?.status,
    admitted: artifact.admitted,
    previous: previousOf({ project, artifact })?.evidence,
    taken: takenNames(names, artifact),
  };
}

function makeCandidate(standard: Standard, known: Asked): Candidate {
  const { artifact } = known;
  const record = judgeArtifact(standard, known, 'record');
  const fitting = fitsMask(artifact, standard.policy.targets);
  const gathered = metadataState(artifact, standard.policy);
  const isJudged = gathered !== 'unknown' && record.verdict !== 'deny';
  const judgedBest = isJudged ? judgeArtifact(standard, known, worstBasis(artifact)) : record;
  // What its texts may settle is not known before they are read, and what it needs does not matter until then.
  const isOpen = fitting > 0 && awaitsTexts(artifact, judgedBest);
  const state = isOpen ? 'unknown' : gathered;
  const best = isOpen ? record : judgedBest;
  const fact = isOpen ? undefined : metadataOf(artifact);
  // What fits no target is shown nowhere, and there is ten times more of it than of the rest.
  const decision = fitting === 0 && best.verdict === 'deny' ? withoutReasons(best) : best;
  return {
    project: artifact.subject.project,
    filename: artifact.subject.filename,
    name: artifact.name,
    recordVerdict: record.verdict,
    decision,
    metadata: state,
    requirements: fact === undefined ? NONE : requirementsOf(fact.metadata),
    extras: fact === undefined ? NONE : extrasOf(fact.metadata),
    fits: fitting,
    yanked: artifact.record.yanked !== undefined,
    admitted: artifact.admitted,
  };
}

const NONE: readonly never[] = [];
const DENIED: Readonly<Record<Basis, Decision>> = {
  record: { verdict: 'deny', basis: 'record', findings: NONE },
  metadata: { verdict: 'deny', basis: 'metadata', findings: NONE },
  contents: { verdict: 'deny', basis: 'contents', findings: NONE },
};

function withoutReasons(decision: Decision): Decision {
  return decision.until === undefined ? DENIED[decision.basis] : { ...decision, findings: NONE };
}

/** Where metadata could not be had, it is judged all the same, and missing metadata refuses. */
function worstBasis(artifact: KnownArtifact): Basis {
  return artifact.evidence === undefined ? 'metadata' : 'contents';
}

function metadataState(artifact: KnownArtifact, policy: Policy): Candidate['metadata'] {
  // Read only to learn its metadata: what the contents are judged by besides them is not there yet.
  const isWaiting =
    lacksProvenance(artifact) && verifiesAttestations(policy, artifact.subject.project);
  if (isWaiting && artifact.metadataFailure === undefined) return 'unknown';
  if (metadataOf(artifact) !== undefined || artifact.evidence !== undefined) return 'known';
  return artifact.metadataFailure === undefined ? 'unknown' : 'failed';
}

function ruleInput(standard: Standard, known: Asked): RuleInput {
  const { artifact, project } = known;
  const metadata = metadataOf(artifact);
  const status = project.records?.status;
  return {
    policy: standard.policy,
    revocations: standard.revocations,
    subject: artifact.subject,
    now: known.now,
    name: artifact.name,
    record: artifact.record,
    history: historyOf(standard.names, known),
    ...(status === undefined ? {} : { status }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(artifact.provisional === undefined ? {} : { listed: artifact.provisional }),
    ...(artifact.evidence === undefined ? {} : { evidence: artifact.evidence }),
    ...(artifact.provenance === undefined ? {} : { provenance: artifact.provenance.fact }),
    ...(artifact.trial === undefined ? {} : { trial: artifact.trial }),
    ...(artifact.metadataFailure === undefined
      ? {}
      : { metadataFailure: artifact.metadataFailure.reason }),
  };
}
