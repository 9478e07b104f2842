import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  type Extraction,
  type ExtractionLimits,
  openExtraction,
} from '../../src/mirror/extraction.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import { mitWheel } from '../fixtures/house.ts';
import { sha256Of } from '../fixtures/wheels.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-extraction-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function jobOf(name: string, bytes: Uint8Array) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return { path, sha256: parseSha256(sha256Of(bytes)) };
}

/** A thread that does what a test says instead of reading wheels: no wheel breaks the real one on demand. */
async function programThat(does: string): Promise<URL> {
  const path = join(folder, `${sha256Of(Buffer.from(does)).slice(0, 8)}.mjs`);
  await writeFile(
    path,
    `import { parentPort } from 'node:worker_threads';\nparentPort.on('message', async (job) => { ${does} });\n`,
  );
  return new URL(`file://${path}`);
}

const LIMITS: ExtractionLimits = { timeoutMs: 20_000, heapMib: 64 };
const FROG = mitWheel({ name: 'frog', version: '1.0' });

async function kindOf(extraction: Extraction, bytes: Uint8Array): Promise<string> {
  const { evidence } = await extraction.extract(await jobOf('a.whl', bytes));
  return evidence.kind === 'refused' ? `${evidence.reason}: ${evidence.message}` : evidence.kind;
}

describe('a thread', () => {
  test('reads one wheel after the other, whatever they are', async () => {
    await using extraction = openExtraction();
    const jobs = [
      await jobOf('frog.whl', FROG.bytes),
      await jobOf('junk.whl', Buffer.from('junk')),
    ];
    const [frog, junk] = await Promise.all(jobs.map((job) => extraction.extract(job)));
    expect(frog).toMatchObject({
      evidence: { kind: 'wheel', sha256: FROG.sha256, contents: { startup: [] } },
    });
    expect(Buffer.from(frog?.metadata ?? [])).toEqual(Buffer.from(FROG.metadata));
    expect(junk).toMatchObject({ evidence: { kind: 'refused', reason: 'end-missing' } });
  });

  test('that cannot read the file says so, and goes on', async () => {
    await using extraction = openExtraction();
    const gone = { path: join(folder, 'gone.whl'), sha256: parseSha256(FROG.sha256) };
    await expect(extraction.extract(gone)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await kindOf(extraction, FROG.bytes)).toBe('wheel');
  });

  test.each([
    ['ends', 'process.exit(1);', 'its thread ended'],
    ['throws', 'throw new Error("broken");', 'broken'],
    [
      'takes all memory',
      'const all = []; for (;;) all.push(new Array(1e5).fill(job.path));',
      'Worker terminated due to reaching memory limit: JS heap out of memory',
    ],
  ])(
    'that %s makes the artifact refused, and the next one gets another',
    async (_what, does, why) => {
      const program = await programThat(
        `if (job.path.endsWith('bad.whl')) { ${does} } else parentPort.postMessage({ kind: 'failed', message: 'next' });`,
      );
      await using extraction = openExtraction({ ...LIMITS, program });
      const [bad, next] = await Promise.all([
        extraction.extract(await jobOf('bad.whl', FROG.bytes)),
        extraction.extract(await jobOf('good.whl', FROG.bytes)),
      ]);
      expect(bad.evidence).toMatchObject({
        kind: 'refused',
        reason: 'extraction-failed',
        message: `its contents could not be read: ${why}`,
      });
      expect(next.evidence).toMatchObject({ message: 'its contents could not be read: next' });
    },
  );

  test('that does not come to an end is ended', async () => {
    const program = await programThat('for (;;);');
    await using extraction = openExtraction({ ...LIMITS, timeoutMs: 300, program });
    expect(await kindOf(extraction, FROG.bytes)).toBe(
      'extraction-failed: its contents could not be read: it took longer than 0.3 s',
    );
  });
});
