import type { Sha256 } from './sha256.ts';

/** Which probe made an observation; another one when it looks for more. */
export const PROBE = 1;

/** The most entries that a list of observations keeps. */
export const OBSERVATIONS_LISTED = 50;

/**
 * What a trial installation was seen to do. An observation, never a proof: the program that was watched may have
 * noticed, and may have written any of it.
 */
export interface TrialFact {
  readonly probe: number;
  /** Full version of the Python that it ran on, such as `3.12.1`. */
  readonly python: string;
  /** Digests of what was installed with it: its approved closure. */
  readonly closure: readonly Sha256[];
  /** Why it could not be installed, or not be watched to the end. */
  readonly failure?: string;
  /** Files written outside its folder for temporary files and its cache. */
  readonly wrote: readonly string[];
  readonly executed: readonly string[];
  /** Addresses that it connected to, listened on or looked up; there was no network. */
  readonly connected: readonly string[];
  /** Top-level modules that could not be imported, and the last line of the error. */
  readonly imports: readonly { readonly module: string; readonly error: string }[];
}
