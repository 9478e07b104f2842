import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/** What a run of mutated archives came to. */
export interface ZipFuzz {
  readonly mutants: number;
  readonly accepted: number;
  /** Mutants that we accept and Python's zipfile reads otherwise, with both views. */
  readonly differences: readonly unknown[];
  /** The longest that one mutant took. */
  readonly slowestMs: number;
}

/**
 * Mutates small archives by a seeded generator until there are so many mutants or the time is over, and compares what
 * we accept with Python's zipfile: names, sizes and content hashes.
 */
export async function fuzzZips(plan: {
  readonly seed: number;
  readonly mutants: number;
  readonly seconds?: number;
}): Promise<ZipFuzz> {
  const seeds = [
    ...HONEST_ZIPS.map(zipOf),
    ...HOSTILE_ZIPS.map(zipOf).filter(({ length }) => length < 2000),
    GOOD_ZIP,
    buildWheel({ name: 'thing', version: '1.0' }).bytes,
  ];
  const roll = dice(plan.seed);
  const end = performance.now() + (plan.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-zip-'));
  let found: ZipFuzz = { mutants: 0, accepted: 0, differences: [], slowestMs: 0 };
  try {
    while (found.mutants < plan.mutants && performance.now() < end) {
      const count = Math.min(BATCH, plan.mutants - found.mutants);
      const mutants = Array.from({ length: count }, () =>
        mutate(seeds[roll(seeds.length)] ?? GOOD_ZIP, roll),
      );
      found = joined(found, await compare(folder, mutants));
    }
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads a batch, and has Python read what was accepted of it. */
async function compare(folder: string, mutants: readonly Uint8Array[]): Promise<ZipFuzz> {
  const accepted = new Map<string, Listing>();
  let slowestMs = 0;
  for (const [index, bytes] of mutants.entries()) {
    const begun = performance.now();
    const listing = await ourListing(bytes);
    slowestMs = Math.max(slowestMs, performance.now() - begun);
    if (listing === undefined) continue;
    accepted.set(`${index}.zip`, listing);
    await writeFile(join(folder, `${index}.zip`), bytes);
  }
  const files = [...accepted.keys()];
  const theirs = files.length === 0 ? [] : await pythonListings(folder, files);
  const differences = [...accepted.values()]
    .map((ours, index) => ({ ours, python: theirs[index] }))
    .filter(({ ours, python }) => JSON.stringify(ours) !== JSON.stringify(python));
  return { mutants: mutants.length, accepted: accepted.size, differences, slowestMs };
}

function joined(before: ZipFuzz, next: ZipFuzz): ZipFuzz {
  return {
    mutants: before.mutants + next.mutants,
    accepted: before.accepted + next.accepted,
    differences: [...before.differences, ...next.differences],
    slowestMs: Math.max(before.slowestMs, next.slowestMs),
  };
}

/** Compared by one process of Python's. */
const BATCH = 30_000;

type Listing = readonly (readonly [string, number, string])[];

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
