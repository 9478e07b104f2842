import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';

import { type ErrorCode, GatehouseError } from '../model/errors.ts';
import { EXTRACTOR } from '../model/evidence.ts';
import type { Sha256 } from '../model/sha256.ts';
import { MINUTE_MS } from '../model/time.ts';
import type { Extracted } from '../validation/evidence/extract.ts';

/** A verified local file, and its digest. */
export interface ExtractionJob {
  readonly path: string;
  readonly sha256: Sha256;
}

/** What the thread says of a job. */
export type ExtractionAnswer =
  | ({ readonly kind: 'extracted' } & Extracted)
  | { readonly kind: 'failed'; readonly code: ErrorCode | undefined; readonly message: string };

/** Finds out what files contain, in a thread of its own, so that whatever is in them requests are answered. */
export interface Extraction extends AsyncDisposable {
  /**
   * What a verified file contains; one file at a time. A thread that dies, runs out of memory or of time makes the
   * evidence `refused` with the reason `extraction-failed`. Throws what reading the file throws.
   */
  extract(job: ExtractionJob): Promise<Extracted>;
}

export interface ExtractionLimits {
  readonly timeoutMs: number;
  /** Of the thread's own heap; pieces of files come on top, at most a few MiB. */
  readonly heapMib: number;
  /** The program of the thread; absent: the one that reads artifacts. */
  readonly program?: URL;
}

/** Far above what real wheels need: the largest, of 900 MB, takes ten seconds and 60 MiB. */
const LIMITS: ExtractionLimits = { timeoutMs: 5 * MINUTE_MS, heapMib: 512 };

/** Starts no thread before there is a file to read. */
export function openExtraction(limits: ExtractionLimits = LIMITS): Extraction {
  let thread: Thread | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function run(job: ExtractionJob): Promise<Extracted> {
    thread ??= startThread(limits);
    const answer = await ask(thread, job, limits.timeoutMs);
    if (answer.kind === 'died') {
      void thread.worker.terminate();
      thread = undefined;
      return failed(job, answer.reason);
    }
    if (answer.kind === 'extracted') return extractedBy(answer);
    if (answer.code === undefined) return failed(job, answer.message);
    throw new GatehouseError(answer.code, answer.message);
  }

  return {
    extract(job) {
      const next = last.then(() => run(job));
      last = next.catch(() => {});
      return next;
    },
    async [Symbol.asyncDispose]() {
      await last;
      await thread?.worker.terminate();
    },
  };
}

interface Died {
  readonly kind: 'died';
  readonly reason: string;
}

interface Thread {
  readonly worker: Worker;
  /** Settles when it is gone, whenever that is; never rejects. */
  readonly death: Promise<Died>;
}

function startThread({ heapMib, program }: ExtractionLimits): Thread {
  const worker = new Worker(program ?? new URL('extract-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: heapMib },
    // It needs nothing of the environment, and what reads hostile bytes is told no secrets.
    env: {},
  });
  worker.unref();
  const { promise: death, resolve } = Promise.withResolvers<Died>();
  worker.on('error', (error) => resolve({ kind: 'died', reason: reasonOf(error) }));
  worker.on('exit', () => resolve({ kind: 'died', reason: 'its thread ended' }));
  return { worker, death };
}

/** One question at a time, so that the next message is the answer. */
async function ask(
  { worker, death }: Thread,
  job: ExtractionJob,
  timeoutMs: number,
): Promise<ExtractionAnswer | Died> {
  const { promise, resolve } = Promise.withResolvers<ExtractionAnswer | Died>();
  const late = { kind: 'died', reason: `it took longer than ${timeoutMs / 1000} s` } as const;
  const timer = setTimeout(() => resolve(late), timeoutMs);
  worker.once('message', resolve);
  worker.ref();
  worker.postMessage(job);
  const answer = await Promise.race([promise, death]);
  clearTimeout(timer);
  worker.off('message', resolve);
  worker.unref();
  return answer;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'its thread broke';
}

function extractedBy({ evidence, metadata }: Extracted): Extracted {
  return metadata === undefined ? { evidence } : { evidence, metadata };
}

async function failed({ path, sha256 }: ExtractionJob, reason: string): Promise<Extracted> {
  const { size: sizeBytes } = await stat(path);
  return {
    evidence: {
      kind: 'refused',
      extractor: EXTRACTOR,
      sha256,
      sizeBytes,
      reason: 'extraction-failed',
      message: `its contents could not be read: ${reason}`,
    },
  };
}
