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
import { fuzz, type Fuzz, type FuzzPlan, type Mutant, type Roll } from './archive-fuzz.ts';

/** Mutates small zip files and compares with Python's zipfile: names, sizes and content hashes. */
export function fuzzZips(plan: FuzzPlan): Promise<Fuzz> {
  const seeds = [
    ...HONEST_ZIPS.map(zipOf),
    ...HOSTILE_ZIPS.map(zipOf).filter(({ length }) => length < 2000),
    GOOD_ZIP,
    buildWheel({ name: 'thing', version: '1.0' }).bytes,
  ];
  return fuzz(plan, {
    mutant: (roll) => ({ kind: 'zip', bytes: mutate(seeds[roll(seeds.length)] ?? GOOD_ZIP, roll) }),
    list,
  });
}

async function list({ bytes }: Mutant): Promise<readonly unknown[]> {
  const archive = await openZip(memoryAccess(bytes));
  const listing: [string, number, string][] = [];
  for (const member of archive.members) {
    const content = await archive.read(member, MAX_READ_BYTES);
    listing.push([member.name, member.unpackedBytes, sha256Of(content)]);
  }
  return listing;
}

const TELLING_BYTES = [0x00, 0x01, 0x08, 0x20, 0x2e, 0x2f, 0x50, 0x7f, 0x80, 0xff];

/** One or two changes: a bit, a telling byte, the first member's two headers alike, a copied, cut or doubled stretch. */
function mutate(seedBytes: Uint8Array, roll: Roll): Uint8Array {
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
