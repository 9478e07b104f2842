import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { isGatehouseError } from '../../../src/model/errors.ts';
import { openZip } from '../../../src/validation/archives/zip.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import {
  GOOD_ZIP,
  HONEST_ZIPS,
  HOSTILE_ZIPS,
  MAX_READ_BYTES,
  zipOf,
} from '../../fixtures/odd-zips.ts';
import { buildWheel, sha256Of } from '../../fixtures/wheels.ts';

type Listing = readonly (readonly [string, number, string])[];

const MUTANTS = 30_000;
const SEED = 20_261_125;

/** What we read; refused: undefined. */
async function ourListing(bytes: Uint8Array): Promise<Listing | undefined> {
  try {
    const archive = await openZip(memoryAccess(bytes));
    const listing: [string, number, string][] = [];
    for (const member of archive.members) {
      const content = await archive.read(member, MAX_READ_BYTES);
      listing.push([member.name, member.unpackedBytes, sha256Of(content)]);
    }
    return listing;
  } catch (error) {
    if (isGatehouseError(error, 'archive-refused')) return undefined;
    throw error;
  }
}

async function pythonListings(
  folder: string,
  files: readonly string[],
): Promise<readonly unknown[]> {
  const script = join(import.meta.dirname, 'zip-oracle.py');
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile('python3', [script], { maxBuffer: 1 << 30 }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
    child.stdin?.end(files.map((file) => `${join(folder, file)}\n`).join(''));
  });
  return output
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

/** Small whole numbers, the same ones each run (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

const TELLING_BYTES = [0x00, 0x01, 0x08, 0x20, 0x2e, 0x2f, 0x50, 0x7f, 0x80, 0xff];

/** One or two changes: a bit, a telling byte, the first member's two headers alike, a copied, cut or doubled stretch. */
function mutate(seedBytes: Uint8Array, roll: (sides: number) => number): Uint8Array {
  let bytes = Buffer.from(seedBytes);
  for (let change = roll(2); change >= 0 && bytes.length >= 30; change -= 1) {
    const at = roll(bytes.length);
    const value = TELLING_BYTES[roll(TELLING_BYTES.length)] ?? 0;
    const kind = roll(10);
    if (kind < 2) bytes[at] = (bytes[at] ?? 0) ^ (1 << roll(8));
    else if (kind < 4) bytes[at] = value;
    else if (kind < 8) setInBothHeaders(bytes, roll(26), value);
    else if (kind === 8) bytes.copy(bytes, at, roll(bytes.length), roll(bytes.length));
    else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + roll(12) - 6)]);
  }
  return bytes;
}

// Fields of a local header from its byte 4 on are those of a central one from its byte 6 on.
function setInBothHeaders(bytes: Buffer, field: number, value: number): void {
  const central = bytes.readUInt32LE(bytes.length - 6);
  bytes[4 + field] = value;
  if (central + 6 + field < bytes.length) bytes[central + 6 + field] = value;
}

test(`whatever of ${MUTANTS} mutated archives we accept, Python's zipfile reads alike`, async () => {
  const seeds = [
    ...HONEST_ZIPS.map(zipOf),
    ...HOSTILE_ZIPS.map(zipOf).filter(({ length }) => length < 2000),
    GOOD_ZIP,
    buildWheel({ name: 'thing', version: '1.0' }).bytes,
  ];
  const roll = dice(SEED);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-zip-'));
  try {
    const accepted = new Map<string, Listing>();
    for (let count = 0; count < MUTANTS; count += 1) {
      const bytes = mutate(seeds[roll(seeds.length)] ?? GOOD_ZIP, roll);
      const listing = await ourListing(bytes);
      if (listing === undefined) continue;
      accepted.set(`${count}.zip`, listing);
      await writeFile(join(folder, `${count}.zip`), bytes);
    }
    expect(accepted.size).toBeGreaterThan(MUTANTS / 100);
    expect(await pythonListings(folder, [...accepted.keys()])).toEqual([...accepted.values()]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
