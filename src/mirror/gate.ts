import type { Decision, Finding, Verdict } from '../model/decision.ts';
import type { Instant } from '../model/time.ts';
import { earliest } from '../model/time.ts';
import { findAllowance } from '../policy/select.ts';
import { type PartArtifact, findPartArtifact } from './catalogue.ts';
import { candidateOf, judgeArtifact } from './judging.ts';
import type { KnownArtifact, KnownProject } from './knowledge.ts';
import { nameRefusal } from './name-refusal.ts';
import type { Located, MirrorState } from './state.ts';

/** What the one gate says of an artifact at one instant. */
export interface GateAnswer {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** The next instant at which the answer can change by time alone. */
  readonly until?: Instant;
}

/**
 * The one gate (DESIGN §1.2): the catalogue in force approves the artifact, closure included, and `judge`,
 * now, on the best basis known, approves it. Every listing and every byte passes here.
 */
export function askGate(state: MirrorState, { project, artifact }: Located): GateAnswer {
  const sealed = sealedAnswer(state, { project, artifact });
  const decision =
    sealed?.verdict === 'approve' && isPartlyLost(artifact)
      ? decisionWithoutFacts(state, { project, artifact })
      : decisionNow(state, { project, artifact });
  if (decision.verdict !== 'approve') {
    // Of what nobody asked for, that comes before whatever else is wrong with it.
    const isNamed =
      sealed !== undefined || decision.findings.some(({ code }) => code.startsWith('package/'));
    const first = isNamed ? [] : notAskedFor(state, project);
    const verdict = first.length > 0 ? 'deny' : decision.verdict;
    return answer(verdict, [...first, ...decision.findings], decision.until);
  }
  if (sealed === undefined)
    return answer('deny', notSealed(state, { project, artifact }), decision.until);
  return answer(sealed.verdict, sealed.findings, earliest(sealed.until, decision.until));
}

/** Judged once for equal facts, while it holds; what is judged without its reasons is judged again for them. */
function decisionNow(state: MirrorState, located: Located): Decision {
  const known = { ...located, now: state.clock() };
  const { decision } = candidateOf(state.standard, known);
  const hasReasons = decision.verdict === 'approve' || decision.findings.length > 0;
  return hasReasons ? decision : judgeArtifact(state.standard, known);
}

/** What was approved had metadata, and what was admitted had evidence: lost, or not loaded yet after a restart. */
export function isPartlyLost({ admitted, evidence, provisional }: KnownArtifact): boolean {
  return evidence === undefined && (admitted || provisional === undefined);
}

/** On the basis that it was approved on: what is not known any more is unknown, and unknown is no pass. */
function decisionWithoutFacts(state: MirrorState, located: Located): Decision {
  const known = { ...located, now: state.clock() };
  return judgeArtifact(state.standard, known, located.artifact.admitted ? 'contents' : 'metadata');
}

/** That no entry names a project and nothing needs it, while its name alone does not refuse it. */
function notAskedFor(state: MirrorState, project: KnownProject): readonly Finding[] {
  const name = project.project;
  const isKnown = state.inForce?.catalogue.parts.has(name) === true;
  if (isKnown || findAllowance(state.standard.policy, name) !== undefined) return [];
  return nameRefusal(state, name, project).filter(({ code }) => code === 'closure/not-needed');
}

/** Of the artifacts that a version has for one target a catalogue names one: its reason is that of all. */
function notSealed(state: MirrorState, { project, artifact }: Located): readonly Finding[] {
  const name = project.project;
  const version = artifact.name.version.text;
  const named = state.inForce?.catalogue.parts.get(name)?.artifacts;
  const sibling = named?.find((part) => part.version === version && part.verdict !== 'approve');
  const shared = sibling?.findings.filter(({ code }) => code.startsWith('closure/')) ?? [];
  if (shared.some(({ effect }) => effect !== 'approve')) return shared;
  const refusal = nameRefusal(state, name, project);
  if (named === undefined && findAllowance(state.standard.policy, name) === undefined)
    return refusal;
  const message = `${name} ${version} (${artifact.subject.filename}) is not in the catalogue in force; the next one decides`;
  return refusal.map((finding) =>
    finding.code.startsWith('package/')
      ? finding
      : { ...DENY, code: 'closure/not-needed' as const, message },
  );
}

const DENY = { verdict: 'deny', effect: 'deny' } as const;

function sealedAnswer(
  state: MirrorState,
  { project, artifact }: Located,
): PartArtifact | undefined {
  const part = state.inForce?.catalogue.parts.get(project.project);
  return part && findPartArtifact(part, artifact.subject);
}

function answer(
  verdict: Verdict,
  findings: readonly Finding[],
  until: Instant | undefined,
): GateAnswer {
  return { verdict, findings, ...(until === undefined ? {} : { until }) };
}
