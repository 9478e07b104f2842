import { gzipSync } from 'node:zlib';

import { gunzip } from '../../../src/validation/archives/gzip.ts';
import { readTar } from '../../../src/validation/archives/tar.ts';
import { GOOD_TAR, HONEST_TARS, HOSTILE_TARS, tarOf } from '../../fixtures/odd-tars.ts';
import { sha256Of } from '../../fixtures/wheels.ts';
import { fuzz, type Fuzz, type FuzzPlan, type Mutant, type Roll } from './archive-fuzz.ts';

/** Mutates small tar files, some in gzip, and compares with Python's tarfile: names, kinds, sizes, targets and hashes. */
export function fuzzTars(plan: FuzzPlan): Promise<Fuzz> {
  const seeds = [...HONEST_TARS, ...HOSTILE_TARS]
    .map(tarOf)
    .filter(({ length }) => length < 16_000)
    .map((bytes) => Buffer.from(bytes));
  return fuzz(plan, {
    mutant(roll) {
      const seed = seeds[roll(seeds.length)] ?? GOOD_TAR;
      if (roll(8) > 0) return { kind: 'tar', bytes: mutate(seed, roll) };
      const isWhole = roll(2) === 0;
      const packed = gzipSync(isWhole ? mutate(seed, roll) : seed, { level: 1 });
      return { kind: 'tar.gz', bytes: isWhole ? packed : change(packed, roll) };
    },
    list,
  });
}

async function list({ kind, bytes }: Mutant): Promise<readonly unknown[]> {
  const content = inPieces(bytes);
  const listing: unknown[] = [];
  const entries = readTar(kind === 'tar' ? content : gunzip(content), { links: 'inside' });
  for await (const entry of entries) {
    const { name, kind: type, sizeBytes, linkTarget } = entry;
    const pieces = await Array.fromAsync(entry.stream());
    listing.push([name, type, sizeBytes, linkTarget ?? '', sha256Of(Buffer.concat(pieces))]);
  }
  return listing;
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1500) yield bytes.subarray(at, at + 1500);
}

const TELLING_BYTES = Buffer.from('\0\x01 ./01257KLSgx=\n\x7f\x80\xff', 'latin1');

/** One or two changes; then each header mostly gets the checksum of what it has become. */
function mutate(seed: Buffer, roll: Roll): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  for (let left = roll(2); left >= 0 && bytes.length >= 512; left -= 1) {
    const kind = roll(12);
    if (kind < 7) changeHeader(bytes, roll);
    else if (kind < 9) bytes = change(bytes, roll);
    else if (kind < 10) bytes = moveBlock(bytes, roll);
    else changeRecord(bytes, roll);
  }
  if (roll(20) > 0) fixChecksums(bytes);
  return bytes;
}

/** A bit, a telling byte, a copied stretch or a cut. */
function change(seed: Buffer, roll: Roll): Buffer {
  const bytes = Buffer.from(seed);
  const at = roll(bytes.length);
  const kind = roll(8);
  if (kind < 3) bytes[at] = (bytes[at] ?? 0) ^ (1 << roll(8));
  else if (kind < 6) bytes[at] = tellingByte(roll);
  else if (kind === 6) bytes.copy(bytes, at, roll(bytes.length), roll(bytes.length));
  else return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + roll(12) - 6)]);
  return bytes;
}

function tellingByte(roll: Roll): number {
  return TELLING_BYTES[roll(TELLING_BYTES.length)] ?? 0;
}

function headersOf(bytes: Buffer): readonly number[] {
  const offsets = Array.from({ length: bytes.length >> 9 }, (_, index) => index * 512);
  return offsets.filter((at) => bytes.toString('latin1', at + 257, at + 262) === 'ustar');
}

// Name, mode, owner, group, size, time, checksum, type, target, magic, names of owner and group, devices, prefix.
const FIELDS = [0, 100, 108, 116, 124, 136, 148, 156, 157, 257, 265, 297, 329, 337, 345, 500, 512];

/** Every field as often as another, though most bytes are of names. */
function changeHeader(bytes: Buffer, roll: Roll): void {
  const headers = headersOf(bytes);
  const header = headers[roll(Math.max(1, headers.length))];
  if (header === undefined) return;
  const field = roll(FIELDS.length - 1);
  const start = FIELDS[field] ?? 0;
  const length = (FIELDS[field + 1] ?? 512) - start;
  // Mostly near the beginning or the end, where what is written lies.
  const within = roll(2) === 0 ? roll(Math.min(length, 12)) : roll(length);
  const kind = roll(3);
  const at = header + start + within;
  bytes[at] = kind === 0 ? (bytes[at] ?? 0) ^ (1 << roll(8)) : tellingByte(roll);
}

/** Exchanges, doubles or leaves out a block. */
function moveBlock(bytes: Buffer, roll: Roll): Buffer {
  const count = bytes.length >> 9;
  const at = roll(count) * 512;
  const block = bytes.subarray(at, at + 512);
  const kind = roll(3);
  if (kind === 0) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 512)]);
  const to = roll(count) * 512;
  if (kind === 1) return Buffer.concat([bytes.subarray(0, to), block, bytes.subarray(to)]);
  const changed = Buffer.from(bytes);
  block.copy(changed, to);
  return changed;
}

/** Changes a byte of the block after a header: of a record, or of a content. */
function changeRecord(bytes: Buffer, roll: Roll): void {
  const headers = headersOf(bytes);
  const header = headers[roll(Math.max(1, headers.length))];
  const at = (header ?? 0) + 512 + roll(40);
  if (at < bytes.length) bytes[at] = tellingByte(roll);
}

function fixChecksums(bytes: Buffer): void {
  for (const at of headersOf(bytes)) {
    let sum = 8 * 0x20;
    for (let index = 0; index < 512; index += 1)
      if (index < 148 || index >= 156) sum += bytes[at + index] ?? 0;
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  }
}
