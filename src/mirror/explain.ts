import { compareReleases, type ReleaseVersion } from '../ecosystems/releases.ts';
import type { Basis, Finding, Verdict } from '../model/decision.ts';
import { worse } from '../model/decision.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { ArtifactFilename, Ecosystem, ProjectName, SourceId } from '../model/subject.ts';
import { findAllowance } from '../policy/select.ts';
import { type About, adviceFor } from './advice.ts';
import { askGate } from './gate.ts';
import { basisOf, candidateOf } from './judging.ts';
import { type KnownArtifact, type KnownProject, metadataOf } from './knowledge.ts';
import { nameRefusal } from './name-refusal.ts';
import { findNearestApproved } from './nearest-approved.ts';
import { type ReachParts, reach } from './reach.ts';
import { expectedSource } from './sources.ts';
import type { MirrorState } from './state.ts';
import { TOMBSTONE_VERSION } from './view.ts';

/** Everything there is to say about a project or one version of it; the JSON of `/why/…` and of `explain`. */
export interface Explanation {
  readonly ecosystem: Ecosystem;
  readonly project: ProjectName;
  /** Where it comes from; absent: upstream was never asked. */
  readonly source?: SourceId;
  readonly version?: string;
  /** Upstream was asked, and has no such project or lists nothing of this version. */
  readonly isAbsent?: true;
  /** Of a version: the best of its artifacts that fit a declared target; of a project: the best of its versions. */
  readonly verdict: Verdict;
  readonly basis: Basis;
  readonly findings: readonly Finding[];
  readonly artifacts: readonly ExplainedArtifact[];
  /** The approved version nearest to the one asked for; of a project the newest approved one. */
  readonly nearestApproved?: string;
  /** The declared targets on which that can be installed. */
  readonly nearestTargets?: readonly string[];
  /** What can be done, in the order of the findings. */
  readonly advice: readonly string[];
  /** Digest of the policy that decided. */
  readonly policy: Sha256;
}

export interface ExplainedArtifact {
  readonly filename: ArtifactFilename;
  readonly sha256: Sha256;
  readonly version: string;
  readonly verdict: Verdict;
  readonly basis: Basis;
  readonly findings: readonly Finding[];
  readonly admitted: boolean;
  /** The declared targets that its tags and Requires-Python fit. */
  readonly targets: readonly string[];
}

/** Explains; absent: the answer is not known yet, because the walk has not reached it in time. */
export async function explain(
  parts: ReachParts,
  asked: { readonly project: ProjectName; readonly version?: ReleaseVersion },
): Promise<Explanation | undefined> {
  const reached = await reach(parts, asked.project);
  if (reached.kind === 'waiting') return undefined;
  const { state } = parts;
  const { project } = reached;
  const version = asked.version?.text === TOMBSTONE_VERSION ? undefined : asked.version;
  const wanted = project === undefined ? [] : await wantedArtifacts(parts, project, version);
  const artifacts =
    project === undefined ? [] : wanted.map((artifact) => explainOne(state, project, artifact));
  const best = bestOf(artifacts);
  const findings = best?.findings ?? missingFindings(state, { ...asked, known: project });
  const nearest = project && findNearestApproved(state, project, version);
  const newest = project?.artifacts[0]?.name.version;
  const explained = wanted.find(({ subject }) => subject.filename === best?.filename);
  return {
    ecosystem: state.ecosystem,
    project: asked.project,
    ...(project === undefined ? {} : { source: project.source }),
    ...(version === undefined ? {} : { version: version.text }),
    ...(artifacts.length === 0 && isAbsentUpstream(project, version) ? { isAbsent: true } : {}),
    verdict: best?.verdict ?? 'deny',
    basis: best?.basis ?? 'record',
    findings,
    artifacts,
    ...(nearest === undefined
      ? {}
      : {
          nearestApproved: nearest.version.text,
          nearestTargets: nearest.targets,
        }),
    advice: adviceOn(findings, {
      entry: entryOf(state, asked.project, project),
      version: version ?? newest,
      isNewest: version === undefined || version.text === newest?.text,
      nearest: nearest?.version,
      hasEntry: findAllowance(state.standard.policy, asked.project) !== undefined,
      isAbsent: project?.availability === 'absent',
      refusedLicence: refusedLicence(findings, explained),
    }),
    policy: state.standard.policy.digest,
  };
}

/** How an entry of the policy names the package. */
function entryOf(state: MirrorState, name: ProjectName, project: KnownProject | undefined): string {
  if (state.ecosystem === 'pypi') return name;
  return `${project?.source ?? expectedSource(state, name)}::${name}`;
}

/** Of a version every artifact; of a project those that its page shows. */
async function wantedArtifacts(
  parts: ReachParts,
  project: KnownProject,
  version: ReleaseVersion | undefined,
): Promise<readonly KnownArtifact[]> {
  const part = parts.state.inForce?.catalogue.parts.get(project.project);
  const named = new Set(part?.artifacts.map(({ filename }) => filename));
  const listed = project.artifacts.filter((artifact) =>
    version === undefined
      ? named.has(artifact.subject.filename)
      : compareReleases(artifact.name.version, version) === 0,
  );
  const wanted = listed.length > 0 || version !== undefined ? listed : newestOf(project);
  await Promise.all(wanted.map((artifact) => parts.gatherer.stored(artifact)));
  return wanted;
}

/** Wheels of the newest version, else its other artifacts: for a project that has no part. */
function newestOf({ artifacts }: KnownProject): readonly KnownArtifact[] {
  const [first] = artifacts;
  if (first === undefined) return [];
  const newest = artifacts.filter(
    ({ name }) => compareReleases(name.version, first.name.version) === 0,
  );
  const wheels = newest.filter(({ name }) => name.kind !== 'sdist');
  return wheels.length > 0 ? wheels : newest;
}

/** What upstream was never asked for, or did not answer, may be there. */
function isAbsentUpstream(
  project: KnownProject | undefined,
  version: ReleaseVersion | undefined,
): boolean {
  if (project?.availability === 'absent') return true;
  return project?.availability === 'known' && version !== undefined;
}

function explainOne(
  state: MirrorState,
  project: KnownProject,
  artifact: KnownArtifact,
): ExplainedArtifact {
  const gate = askGate(state, { project, artifact });
  const { fits } = candidateOf(state.standard, { project, artifact, now: state.clock() });
  const { targets } = state.standard.policy;
  return {
    filename: artifact.subject.filename,
    sha256: artifact.subject.sha256,
    version: artifact.name.version.text,
    verdict: gate.verdict,
    basis: basisOf(artifact),
    findings: gate.findings,
    admitted: artifact.admitted,
    targets: targets.filter((_, index) => (fits & (1 << index)) !== 0).map(({ id }) => id),
  };
}

/** Of those that fit a declared target, if any does, the first of the best verdict. */
function bestOf(artifacts: readonly ExplainedArtifact[]): ExplainedArtifact | undefined {
  const fitting = artifacts.filter(({ targets }) => targets.length > 0);
  return (fitting.length > 0 ? fitting : artifacts).reduce<ExplainedArtifact | undefined>(
    (best, next) =>
      best !== undefined && worse(best.verdict, next.verdict) === next.verdict ? best : next,
    undefined,
  );
}

function missingFindings(
  state: MirrorState,
  asked: {
    readonly project: ProjectName;
    readonly version?: ReleaseVersion;
    readonly known: KnownProject | undefined;
  },
): readonly Finding[] {
  const { project, version, known } = asked;
  const refusal = nameRefusal(state, project, known);
  const isNameRefused = refusal.some(({ code }) => code.startsWith('package/'));
  if (known?.availability !== 'known' || version === undefined || isNameRefused) return refusal;
  const missing: Finding = {
    code: 'record/missing',
    verdict: 'deny',
    effect: 'deny',
    message: `${project} ${version.text} does not exist: upstream lists no artifact of it with a SHA-256`,
  };
  const isCatalogued = state.inForce?.catalogue.parts.has(project) === true;
  const isAllowed = findAllowance(state.standard.policy, project) !== undefined;
  return isCatalogued || isAllowed ? [missing] : [...refusal, missing];
}

/** The licence for which an artifact is refused, as it is written; absent: for none, or its metadata do not name one. */
function refusedLicence(
  findings: readonly Finding[],
  artifact: KnownArtifact | undefined,
): string | undefined {
  if (!findings.some(({ code, effect }) => code === 'license/not-allowed' && effect === 'deny'))
    return undefined;
  return artifact && metadataOf(artifact)?.metadata.licenseExpression;
}

function adviceOn(findings: readonly Finding[], about: About): readonly string[] {
  const sentences = findings
    .filter(({ effect }) => effect !== 'approve')
    .flatMap((finding) => adviceFor(finding, about) ?? []);
  return [...new Set(sentences)];
}
