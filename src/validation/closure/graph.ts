import type { ReleaseRange, ReleaseVersion } from '../../ecosystems/releases.ts';
import type { ProjectName } from '../../model/subject.ts';
import type { Candidate } from './candidate.ts';
import type { Release } from './releases.ts';

/**
 * What the roots may reach, for all targets at once: DESIGN §4.3 has a node for each target, here bit i of a
 * mask is target i.
 */
export interface Graph {
  /** In the order of discovery: what asks stands mostly before what it asks for. */
  readonly nodes: readonly Node[];
  readonly needs: readonly Need[];
  /** Where the policy's entries start. */
  readonly seeds: readonly Seed[];
  readonly bases: ReadonlyMap<Candidate, Node>;
  /** Candidates that something asks for by name, version and target, in its window or not. */
  readonly wanted: ReadonlySet<Candidate>;
  readonly missing: Missing;
}

/** What must be gathered before the graph is exact. */
export interface Missing {
  readonly projects: ReadonlySet<ProjectName>;
  readonly metadata: ReadonlySet<Candidate>;
}

/** An artifact, by itself or with one extra. */
export interface Node {
  readonly index: number;
  readonly candidate: Candidate;
  /** The same artifact without the extra; absent: this is it. */
  readonly base: Node | undefined;
  /** The same artifact with each extra that somebody asks for. */
  readonly extras: ReadonlyMap<string, Node>;
  /** Who asked first; absent: an entry of the policy. */
  readonly askedBy: Node | undefined;
  /** Targets on which some window holds it. */
  readonly mask: number;
  readonly edges: readonly Edge[];
  /** The needs that it may meet. */
  readonly serves: readonly Need[];
}

export interface Edge {
  readonly need: Need;
  /** Targets on which the marker holds. */
  readonly mask: number;
}

/** A requirement without its marker, shared by all who ask for it. */
export interface Need {
  readonly index: number;
  readonly text: string;
  readonly name: ProjectName;
  readonly extras: readonly string[];
  readonly specifiers: ReleaseRange;
  /** For a requirement on the asker's own name: the asker's version, which alone meets it. */
  readonly own: ReleaseVersion | undefined;
  /** Targets on which somebody asks. */
  readonly mask: number;
  /** What its name and version clauses take, whatever was decided of it; newest first. */
  readonly matching: readonly Release[];
  /** What it brings along. */
  readonly window: readonly Step[];
  /** What meets it while it is left: nodes of any window, newest first. */
  readonly meets: readonly Step[];
  readonly askers: ReadonlySet<Node>;
}

/** An artifact with the extras that a need asks for and that it provides. */
export interface Step {
  readonly base: Node;
  readonly extras: readonly Node[];
  readonly mask: number;
}

export interface Seed {
  readonly node: Node;
  readonly mask: number;
}
