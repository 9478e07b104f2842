import type { Ecosystem, ProjectName } from '../model/subject.ts';
import type { Instant } from '../model/time.ts';
import type { Policy } from '../policy/policy.ts';
import { type Closure, close } from '../validation/close.ts';
import type { CandidateProject, CloseInput, Root } from '../validation/closure/candidate.ts';
import { earliestOf } from '../validation/closure/until.ts';
import { type Catalogue, type CataloguePart, PROFILES } from './catalogue.ts';
import { composePart } from './compose-part.ts';
import { type Standard, candidateOf } from './judging.ts';
import type { KnownProject } from './knowledge.ts';

export interface SealInput {
  readonly ecosystem: Ecosystem;
  readonly standard: Standard;
  readonly projects: ReadonlyMap<ProjectName, KnownProject>;
  /** The instant at which everything is judged. */
  readonly asOf: Instant;
}

export interface Sealed {
  readonly catalogue: Omit<Catalogue, 'revocations'>;
  readonly missing: Closure['missing'];
  /** Every instant at which something judged changes by time alone, once each. */
  readonly untils: readonly Instant[];
}

/** Computes the catalogue of what is known: a pure function of its input, which anyone can repeat. */
export function computeCatalogue(input: SealInput): Sealed {
  const closeInput = closeInputOf(input);
  const closure = close(closeInput);
  const parts = new Map<ProjectName, CataloguePart>();
  for (const name of [...input.projects.keys()].toSorted()) {
    const project = input.projects.get(name);
    const candidates = closeInput.projects.get(name);
    const outcomes = closure.outcomes.get(name);
    if (project === undefined || candidates === undefined || outcomes === undefined) continue;
    if (closure.pending.has(name) || !closure.reached.has(name)) continue;
    const part = composePart(project, { candidates, outcomes, targets: closeInput.targets });
    if (part.artifacts.length > 0) parts.set(name, part);
  }
  const untils = untilsOf(closeInput, closure);
  const until = earliestOf(untils);
  return {
    missing: closure.missing,
    untils,
    catalogue: {
      profile: PROFILES[input.ecosystem],
      policy: input.standard.policy.digest,
      asOf: input.asOf,
      complete: closure.missing.projects.size === 0 && closure.missing.metadata.size === 0,
      parts,
      ...(until === undefined ? {} : { until }),
    },
  };
}

/** What the closure needs of everything known. */
export function closeInputOf(input: SealInput): CloseInput {
  const { policy } = input.standard;
  return {
    targets: policy.targets,
    keep: policy.versions.keep.value,
    keepPlace: policy.versions.keep.place,
    closure: policy.dependencies.closure.value,
    closurePlace: policy.dependencies.closure.place,
    roots: rootsOf(policy),
    projects: new Map(
      [...input.projects.values()].map(
        (project) => [project.project, candidatesOf(input, project)] as const,
      ),
    ),
  };
}

function untilsOf(input: CloseInput, closure: Closure): readonly Instant[] {
  const untils = new Set<Instant>();
  for (const { candidates } of input.projects.values()) {
    for (const { decision } of candidates) {
      if (decision.until !== undefined) untils.add(decision.until);
    }
  }
  for (const outcomes of closure.outcomes.values()) {
    for (const { until } of outcomes) {
      if (until !== undefined) untils.add(until);
    }
  }
  return [...untils];
}

function rootsOf(policy: Policy): ReadonlyMap<ProjectName, Root> {
  return new Map(
    [...policy.packages.allow.values()].map((allowance) => [
      allowance.project,
      {
        project: allowance.project,
        ranges: allowance.ranges.map((range) => range.value),
        extras: allowance.extras,
        place: allowance.place,
      },
    ]),
  );
}

const made = new WeakMap<KnownProject['artifacts'], CandidateProject>();

/** The same object while nothing of the project is judged otherwise, so that what is made of it can be kept. */
function candidatesOf({ standard, asOf }: SealInput, project: KnownProject): CandidateProject {
  const { project: name, availability: state, artifacts } = project;
  const candidates = artifacts.map((artifact) =>
    candidateOf(standard, { project, artifact, now: asOf }),
  );
  const before = made.get(artifacts);
  const isSame =
    before?.state === state &&
    candidates.every((candidate, index) => candidate === before.candidates[index]);
  if (isSame) return before;
  const fresh = { project: name, state, candidates };
  made.set(artifacts, fresh);
  return fresh;
}
