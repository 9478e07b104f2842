import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';

import type { Evidence } from '../../../src/model/evidence.ts';
import { extractEvidence } from '../../../src/validation/evidence/extract.ts';
import { buildConda, buildCondaTar, type CondaPlan } from '../../fixtures/conda-packages.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import { digestOf } from '../../fixtures/rule-input.ts';
import { askPython } from '../archives/bzip2-fuzz.ts';
import { HOSTILE } from './conda.rows.ts';

async function extract(bytes: Uint8Array): Promise<Evidence> {
  return (await extractEvidence(memoryAccess(bytes), { sha256: digestOf('a') })).evidence;
}

async function bzip2Of(...plans: readonly CondaPlan[]): Promise<readonly Buffer[]> {
  const asked = plans.map(
    (plan) => ['compress', buildCondaTar(plan).toString('base64'), 1] as const,
  );
  return (await askPython(asked)).map((bytes) => bytes ?? Buffer.alloc(0));
}

test('the same package has the same facts in either format', async () => {
  const plan: CondaPlan = {
    files: { 'site-packages/x.pth': 'import os\n', 'bin/.demo-post-link.sh': 'echo\n' },
  };
  const [old = Buffer.alloc(0)] = await bzip2Of(plan);
  const [left, right] = [await extract(old), await extract(buildConda(plan))];
  expect(left).toEqual({ ...right, format: 'tar.bz2', sizeBytes: old.length });
});

test('a .tar.bz2 is refused for what a .conda is', async () => {
  // Python's answer would be a line of megabytes.
  const small = HOSTILE.filter(({ reason }) => reason !== 'info-too-large');
  const packed = await bzip2Of(...small.map(({ plan }) => plan));
  for (const [index, { reason, it, plan }] of small.entries()) {
    const evidence = await extract(packed[index] ?? Buffer.alloc(0));
    expect([it, evidence], JSON.stringify(plan)).toMatchObject([it, { kind: 'refused', reason }]);
  }
});

test('a .tar.bz2 is refused for two streams, more bytes, and a second index.json', async () => {
  const twice = { more: [{ name: 'info/index.json', content: '{}' }] };
  const [one = Buffer.alloc(0), other = Buffer.alloc(0)] = await bzip2Of({}, twice);
  const rows = [
    ['too-many-streams', Buffer.concat([one, one])],
    ['trailing-bytes', Buffer.concat([one, Buffer.from('more')])],
    ['truncated', one.subarray(0, -1)],
    ['name-duplicate', other],
  ] as const;
  for (const [reason, bytes] of rows)
    expect(await extract(bytes)).toMatchObject({ kind: 'refused', reason });
});

const CLIENTS = join(import.meta.dirname, '../../../.clients');
const CHANNEL = join(CLIENTS, 'conda-channel');
const run = promisify(execFile);

/** Files and links of a folder, as conda's own tool has unpacked them. */
async function listUnpacked(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
}

describe.skipIf(!existsSync(join(CLIENTS, 'conda')) || !existsSync(CHANNEL))(
  'packages that others made (needs scripts/setup/conda)',
  () => {
    test('are understood, and hold what conda’s own tool unpacks, in both formats', async () => {
      const files = (await readdir(CHANNEL, { recursive: true })).filter((file) =>
        file.endsWith('.conda'),
      );
      expect(files.length).toBeGreaterThan(2);
      const folder = await mkdtemp(join(tmpdir(), 'gatehouse-conda-'));
      try {
        for (const file of files) await compare(join(CHANNEL, file), folder);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  },
);

async function compare(path: string, folder: string): Promise<void> {
  const unpacked = await mkdtemp(join(folder, 'x-'));
  await cph('x', path, '--dest', unpacked);
  await cph('t', path, '.tar.bz2', '--out-folder', folder);
  const name = path.replace(/^.*\//, '').replace(/\.conda$/, '');
  const modern = await extract(await readFile(path));
  const old = await extract(await readFile(join(folder, `${name}.tar.bz2`)));
  expect(modern, path).toMatchObject({ kind: 'conda' });
  if (modern.kind !== 'conda' || old.kind !== 'conda') throw new Error(JSON.stringify(old));
  expect(old.metadata).toEqual(modern.metadata);
  const files = await listUnpacked(unpacked);
  expect(modern.memberCount).toBe(files.length);
  const sizes = await Promise.all(files.map((file) => sizeOf(join(unpacked, file))));
  expect(modern.unpackedBytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
}

async function sizeOf(path: string): Promise<number> {
  try {
    await readlink(path);
    return 0;
  } catch {
    return (await readFile(path)).length;
  }
}

async function cph(...parts: readonly string[]): Promise<void> {
  const env = { ...process.env, PYTHONPATH: join(CLIENTS, 'conda') };
  await run('python3', ['-m', 'conda_package_handling.cli', ...parts], { env });
}
