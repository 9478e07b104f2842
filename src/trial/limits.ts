import { SECOND_MS } from '../model/time.ts';

/** What a trial may use. Per process where it says so: the sandbox as a whole has the processes and the time. */
export interface TrialLimits {
  /** Address space of each process. */
  readonly memoryBytes: number;
  /** Of the largest file. */
  readonly fileBytes: number;
  /** Of all that is installed; it is kept in memory. */
  readonly unpackedBytes: number;
  readonly processes: number;
  /** Of the processor, for each process. */
  readonly cpuSeconds: number;
  /** From start to end, whatever it does. */
  readonly wallMs: number;
  readonly installSeconds: number;
  /** For the start-up and for each module. */
  readonly importSeconds: number;
}

const GIB = 1024 ** 3;

/** Enough for the large frameworks, without those parts of them that need a graphics card. */
export const TRIAL_LIMITS: TrialLimits = {
  memoryBytes: 8 * GIB,
  fileBytes: 4 * GIB,
  unpackedBytes: 8 * GIB,
  processes: 128,
  cpuSeconds: 120,
  wallMs: 600 * SECOND_MS,
  installSeconds: 180,
  importSeconds: 20,
};
