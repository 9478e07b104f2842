import type { ReleaseName } from '../../ecosystems/releases.ts';
import type { WheelContents } from '../../model/contents.ts';
import type { Basis, FindingCode, PolicyPlace, Verdict } from '../../model/decision.ts';
import type { CoreMetadata, Evidence, MetadataFact } from '../../model/evidence.ts';
import type { ProvenanceFact } from '../../model/provenance.ts';
import type { ArtifactRecord, ProjectRecords } from '../../model/record.ts';
import type { Revocation } from '../../model/revocation.ts';
import type { ProjectName, Subject } from '../../model/subject.ts';
import type { Instant } from '../../model/time.ts';
import type { TrialFact } from '../../model/trial.ts';
import type { Policy } from '../../policy/policy.ts';

/** Everything that a rule may look at. What is absent is unknown, and unknown refuses. */
export interface RuleInput {
  readonly policy: Policy;
  readonly subject: Subject;
  readonly now: Instant;
  /** What the file name says, read with the project's name known; absent: no standard reads it. */
  readonly name?: ReleaseName;
  readonly record?: ArtifactRecord;
  readonly status?: ProjectRecords['status'];
  /** The best metadata known: of the verified contents, else provisional. */
  readonly metadata?: MetadataFact;
  /** The provisional metadata that a page listed, where contents are judged. */
  readonly listed?: MetadataFact;
  readonly evidence?: Evidence;
  /** What the attestations that upstream offers are worth; absent: it offers none, or nobody has looked. */
  readonly provenance?: ProvenanceFact;
  /** What a trial installation was seen to do; absent: none is known, or the policy wants none. */
  readonly trial?: TrialFact;
  /** Why the metadata could not be had, where it was asked for in vain. */
  readonly metadataFailure?: string;
  readonly history: History;
  readonly revocations: readonly Revocation[];
}

/** What was found in the members, of whatever format the artifact is; absent: they were not read. */
export function contentsOf({ evidence }: Pick<RuleInput, 'evidence'>): WheelContents | undefined {
  return evidence === undefined || evidence.kind === 'refused' ? undefined : evidence.contents;
}

/** What is known of an installed wheel is not known of sources: the rule `build` speaks of them instead. */
export function isOfSources({ evidence }: Pick<RuleInput, 'evidence'>): boolean {
  return evidence?.kind === 'sdist';
}

/**
 * No wheel's layout is asked of a conda package, `info/paths.json` stands for RECORD (`archive` speaks of both), and
 * what would be bundled in a wheel is a package of its own.
 */
export function isOfConda({ name }: Pick<RuleInput, 'name'>): boolean {
  return name?.kind === 'conda';
}

/** What was admitted before. */
export interface History {
  /** This very subject was admitted. */
  readonly admitted: boolean;
  /** When this mirror first saw anything of the project. */
  readonly firstLook?: Instant;
  /**
   * The newest older release of the project that was admitted; absent: there is none, or this subject was admitted
   * itself and is compared no more.
   */
  readonly previous?: PreviousRelease;
  /** Who published the newest other admitted artifact, no newer than this, of which that is verified; absent: none is. */
  readonly published?: { readonly version: string; readonly publishers: readonly string[] };
  /** Its names that other projects have as well, of which something was admitted; absent: it was admitted itself. */
  readonly taken?: readonly TakenName[];
}

/** A name that an artifact brings and that another project has. */
export interface TakenName {
  readonly kind: 'module' | 'command';
  readonly name: string;
  readonly project: ProjectName;
}

export interface PreviousRelease {
  readonly version: string;
  readonly contents: WheelContents;
  readonly metadata: CoreMetadata;
  readonly unpackedBytes: number;
}

/** What a rule says, before modes and waivers. */
export interface Statement {
  readonly code: FindingCode;
  readonly verdict: Verdict;
  /** One sentence that names project, version, the value that decided and what was expected. */
  readonly message: string;
  readonly policy?: PolicyPlace;
  readonly evidence?: readonly string[];
  /** The next instant at which the statement can change by time alone. */
  readonly until?: Instant;
}

export interface RuleCode {
  readonly code: FindingCode;
  /** What it means, one sentence, as `docs/rules/<id>.md` has it. */
  readonly meaning: string;
  /** No waiver and no mode lifts it. */
  readonly unwaivable?: true;
  /**
   * The extractor from which on evidence has its facts; absent: all have. While the evidence of an admitted artifact is
   * older, the code only reports; the artifact is read again in the background.
   */
  readonly since?: number;
}

/** One judgement. Saying nothing approves; it must say something when what it needs is absent. */
export interface Rule {
  readonly id: string;
  /** The first stage at which its facts exist; it runs at that and every later one, and is given more there. */
  readonly stage: Basis;
  readonly codes: readonly RuleCode[];
  judge(input: RuleInput): Iterable<Statement>;
}
