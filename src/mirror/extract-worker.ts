import { parentPort } from 'node:worker_threads';

import { isGatehouseError } from '../model/errors.ts';
import { openFileAccess } from '../store/file-access.ts';
import { extractEvidence } from '../validation/evidence/extract.ts';
import type { ExtractionAnswer, ExtractionJob } from './extraction.ts';

// Runs in a thread of its own: reads one verified file after the other and answers with what it contains.
parentPort?.on('message', (job: ExtractionJob) => {
  void answer(job);
});

async function answer({ path, sha256 }: ExtractionJob): Promise<void> {
  const said: ExtractionAnswer = await extract({ path, sha256 }).catch((error: unknown) => ({
    kind: 'failed',
    code: isGatehouseError(error) ? error.code : undefined,
    message: error instanceof Error ? error.message : String(error),
  }));
  parentPort?.postMessage(said);
}

async function extract({ path, sha256 }: ExtractionJob): Promise<ExtractionAnswer> {
  await using access = await openFileAccess(path);
  return { kind: 'extracted', ...(await extractEvidence(access, { sha256 })) };
}
