import type { Logger } from 'pino';

import type { Ledger } from '../ledger/ledger.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { Ecosystem, ProjectName } from '../model/subject.ts';
import type { Clock, Instant } from '../model/time.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Upstreams } from '../upstream/upstreams.ts';
import type { Trust } from '../validation/provenance/trust.ts';
import type { StoredCatalogue } from './catalogue-store.ts';
import type { Extraction } from './extraction.ts';
import type { Standard } from './judging.ts';
import type { KnownArtifact, KnownProject } from './knowledge.ts';
import type { NameRegister } from './name-owners.ts';

/** How wheels that are not admitted yet reach a client (DESIGN §6). */
export type FirstDelivery = 'held-tail' | 'verified-only';

/** What the mirror is made of. */
export interface MirrorParts {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly upstreams: Upstreams;
  readonly clock: Clock;
  readonly log: Logger;
  /** A folder on a local disk for bytes that are not verified yet. */
  readonly quarantine: string;
  readonly quarantineBytes: number;
  readonly firstDelivery: FirstDelivery;
  /** How findings call the policy file. */
  readonly policyFile: string;
  /** Requests to the index under way at once. */
  readonly connections: number;
  readonly mode: MirrorMode;
  /** What attestations are verified by; absent: the roots in the tree. */
  readonly trust?: Trust;
}

/** `serve`: what it decides enters the ledger. `ask`: a command's question, which changes nothing but stored facts. */
export type MirrorMode = 'serve' | 'ask';

/**
 * What a running mirror knows and has decided of the packages of one ecosystem. Only functions of `mirror` change it,
 * each in one place.
 */
export interface MirrorState extends MirrorParts {
  readonly ecosystem: Ecosystem;
  /** The policy in force as it is for this ecosystem (`policyFor`), and the revocations; replaced whole. */
  standard: Standard;
  revocationsDigest: Sha256 | undefined;
  /** The catalogue in force; absent until the first seal. */
  inForce: StoredCatalogue | undefined;
  /** The policy that the walk has been through once. */
  walked: Sha256 | undefined;
  /** When the last seal judged, and all instants at which something that it judged changes by time alone. */
  untils: readonly Instant[];
  readonly projects: Map<ProjectName, KnownProject>;
  /** Admitted subjects by `subjectKey`. */
  readonly admitted: Set<string>;
  /** What these bring; the same that `standard` has. */
  readonly names: NameRegister;
  /** Whatever older programs admitted has been read again, as far as it could be. */
  isReadAgain: boolean;
  /** When a user last asked for a project. */
  readonly wanted: Map<ProjectName, Instant>;
  /** Raised by every change that a page or a gate could see. */
  generation: number;
  progress: WalkProgress;
  readonly extraction: Extraction;
  readonly trust: Trust;
  /** Aborted when the mirror closes: nothing is asked or decided from then on. */
  readonly ending: AbortSignal;
  /** Called after every change, to wake whoever waits for one. */
  readonly listeners: Set<() => void>;
}

export interface WalkProgress {
  readonly projects: number;
  readonly artifacts: number;
  readonly missing: number;
  readonly failures: number;
  readonly walking: boolean;
}

/** Tells everybody who waits that something changed. */
export function announce(state: MirrorState): void {
  state.generation += 1;
  wakeAll(state);
}

/** Wakes everybody who waits; each looks for itself at what there is. */
export function wakeAll(state: MirrorState): void {
  const waiting = Array.from(state.listeners);
  for (const wake of waiting) wake();
}

/** Resolves at the next change, or after the time given. */
export async function nextChange(state: MirrorState, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  state.listeners.add(resolve);
  await promise;
  clearTimeout(timer);
  state.listeners.delete(resolve);
}

/** A known project's artifact, with the project. */
export interface Located {
  readonly project: KnownProject;
  readonly artifact: KnownArtifact;
}
