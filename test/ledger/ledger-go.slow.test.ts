import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createLedgerKey, parseLedgerKey, verifierKey } from '../../src/ledger/checkpoint.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { TreeHash } from '../../src/ledger/merkle.ts';
import { tilePath } from '../../src/ledger/tiles.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { fill, KEY, openSample, ORIGIN, seededNumbers, seededRandom } from './samples.ts';

const run = promisify(execFile);

// Three levels of tiles, the last ones unfinished at both sizes.
const OLDER_SIZE = 57_655;
const SIZE = 66_123;

const GO = process.env['GO'] ?? 'go';
const canRun = hasGo();
if (!canRun) console.warn(`skipped: Go is not installed; set GO or PATH to try (tried: ${GO})`);

const folders = { exported: '', built: '' };

beforeAll(async () => {
  if (!canRun) return;
  folders.exported = await mkdtemp(join(tmpdir(), 'ledger-'));
  folders.built = await mkdtemp(join(tmpdir(), 'verify-go-'));
  await run(GO, ['build', '-o', join(folders.built, 'verify'), '.'], {
    cwd: join(import.meta.dirname, 'verify-go'),
    env: { ...process.env, GOFLAGS: '-mod=readonly' },
  });
  const ledger = await openSample(openMemoryStore());
  await fill(ledger, OLDER_SIZE);
  await save('older', await ledger.checkpoint());
  await fill(ledger, SIZE - OLDER_SIZE);
  await exportLedger(ledger);
}, 600_000);

afterAll(async () => {
  await Promise.all(
    Object.values(folders).map((folder) => rm(folder, { recursive: true, force: true })),
  );
});

test.runIf(process.env['CI'] === 'true')('Go is there to verify the ledger', () => {
  expect(canRun).toBe(true);
});

test.runIf(canRun)("Go's own packages accept the ledger", async () => {
  const { stdout } = await verify();
  expect(stdout).toBe(`${SIZE} entries, 500 inclusion proofs, consistent since ${OLDER_SIZE}\n`);
});

test.runIf(canRun).each([
  ['checkpoint', 0],
  ['checkpoint', ORIGIN.length + 1],
  ['checkpoint', -3],
  ['older', ORIGIN.length + 10],
  ['tile/0/000', 0],
  ['tile/0/256', 8191],
  [tilePath({ level: 0, index: 258, width: SIZE % 256 }), 5],
  ['tile/1/000', 4000],
  ['tile/1/001.p/2', 40],
  ['tile/2/000.p/1', 31],
  ['tile/entries/000', 100],
  ['tile/entries/255', 1],
  [tilePath({ level: 'entries', index: 258, width: SIZE % 256 }), -1],
  ['receipts.json', 'Proof'],
  ['receipts.json', 'Consistency'],
] as const)('one flipped bit is refused: %s at %s', async (name, at) => {
  const path = join(folders.exported, name);
  const content = await readFile(path);
  const changed = Buffer.from(content);
  const offset =
    typeof at === 'string' ? content.indexOf(at) + 20 : (at + content.length) % content.length;
  changed.writeUInt8((content[offset] ?? 0) ^ 1, offset);
  await writeFile(path, changed);
  try {
    await expect(verify()).rejects.toMatchObject({ code: 1 });
  } finally {
    await writeFile(path, content);
  }
});

test.runIf(canRun).each([
  ['a checkpoint that another key signed', otherKey],
  ['an older ledger that has more entries', swapCheckpoints],
])('%s is refused', async (_, change) => {
  const undo = await change();
  try {
    await expect(verify()).rejects.toMatchObject({ code: 1 });
  } finally {
    await undo();
  }
});

function hasGo(): boolean {
  try {
    execFileSync(GO, ['version']);
    return true;
  } catch {
    return false;
  }
}

function verify() {
  return run(join(folders.built, 'verify'), [folders.exported]);
}

async function otherKey() {
  const key = parseLedgerKey(createLedgerKey(seededRandom('other')));
  await save('vkey', verifierKey(ORIGIN, key.publicKey));
  return () => save('vkey', verifierKey(ORIGIN, KEY.publicKey));
}

async function swapCheckpoints() {
  const [older, newer] = [await load('older'), await load('checkpoint')];
  await save('older', newer);
  await save('checkpoint', older);
  return async () => {
    await save('older', older);
    await save('checkpoint', newer);
  };
}

/** Everything that a verifier may ask a ledger for, as the files of tlog-tiles. */
async function exportLedger(ledger: Ledger): Promise<void> {
  const { size } = ledger.head();
  await save('vkey', verifierKey(ORIGIN, KEY.publicKey));
  await save('checkpoint', await ledger.checkpoint());
  for (
    let level = 0, members = size;
    members > 0;
    level += 1, members = Math.floor(members / 256)
  ) {
    for (let index = 0; index * 256 < members; index += 1) {
      const width = Math.min(256, members - index * 256);
      await save(tilePath({ level, index, width }), await ledger.tile(level, index, width));
    }
  }
  for (let index = 0; index * 256 < size; index += 1) {
    const width = Math.min(256, size - index * 256);
    await save(
      tilePath({ level: 'entries', index, width }),
      await ledger.entryBundle(index, width),
    );
  }
  await save('receipts.json', JSON.stringify(await receipts(ledger)));
}

async function receipts(ledger: Ledger) {
  const numbers = seededNumbers('receipts');
  const edges = [0, 255, 256, 65_535, 65_536, SIZE - 1];
  const indexes = [...edges, ...Array.from({ length: 500 - edges.length }, () => numbers(SIZE))];
  const inclusion = await Promise.all(
    indexes.map(async (index) => {
      const proof = await ledger.proveInclusion(index, SIZE);
      return { Index: index, Proof: proof.map(encode) };
    }),
  );
  const consistency = await ledger.proveConsistency(OLDER_SIZE, SIZE);
  return { Inclusion: inclusion, Consistency: consistency.map(encode) };
}

function encode(hash: TreeHash): string {
  return Buffer.from(hash).toString('base64');
}

async function save(name: string, content: string | Uint8Array | undefined): Promise<void> {
  if (content === undefined) throw new Error(`the ledger has no ${name}`);
  const path = join(folders.exported, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

function load(name: string): Promise<string> {
  return readFile(join(folders.exported, name), 'utf8');
}
