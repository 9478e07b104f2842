import { isDeepStrictEqual } from 'node:util';

import { KEY_SALT_LENGTH } from '../../../src/ecosystems/conda/key-set.ts';
import { readRecordText } from '../../../src/ecosystems/conda/record-text.ts';
import {
  REPODATA_LIMITS,
  type RepodataLimits,
} from '../../../src/ecosystems/conda/repodata-limits.ts';
import type { RecordSlice } from '../../../src/ecosystems/conda/repodata-outline.ts';
import { sliceRepodata } from '../../../src/ecosystems/conda/repodata-slices.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';
import { diceOf, mutated, piecesAtRandom } from '../../fixtures/pieces.ts';

const roll32 = diceOf(20_261_125);
export const SALT = Int32Array.from({ length: KEY_SALT_LENGTH }, () => roll32(2 ** 32) | 0);

/** Every record with what it says, and the outline, or the reason for which the document or a record is refused. */
export async function slicesOf(
  pieces: AsyncIterable<Uint8Array>,
  limits: RepodataLimits = REPODATA_LIMITS,
) {
  const reading = sliceRepodata(pieces, { limits, salt: SALT });
  const records: (RecordSlice & { readonly text: string })[] = [];
  let fault: string | undefined;
  try {
    for await (const batch of reading.batches) {
      for (const record of batch.records) {
        const bytes = Buffer.from(batch.bytesOf(record));
        const text = bytes.toString();
        const value = readRecordText(text);
        fault ??= typeof value === 'string' ? value : undefined;
        records.push({ group: record.group, key: record.key, bytes, text, value: objectOf(value) });
      }
    }
  } catch (error) {
    if (isGatehouseError(error, 'invalid-page')) return String(error.data['reason']);
    throw error;
  }
  return fault ?? { records, outline: reading.outline() };
}

function objectOf(value: RecordSlice['value'] | string): RecordSlice['value'] {
  return typeof value === 'string' ? {} : value;
}

const FLAT = ['packages', 'packages.conda'];
const GROUPS_V3 = ['conda', 'tar.bz2', 'whl'];

/** The same by `JSON.parse`; undefined when it is not JSON, or not a `repodata.json`. */
export function parsedSlices(bytes: Uint8Array) {
  try {
    const document = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    );
    const groups = Object.entries(document).flatMap(([name, members]) => {
      if (FLAT.includes(name)) return [[name, members] as const];
      if (name !== 'v3') return [];
      return Object.entries(members as object)
        .filter(([group]) => GROUPS_V3.includes(group))
        .map(([group, records]) => [`v3.${group}`, records] as const);
    });
    return groups.flatMap(([group, members]) =>
      Object.entries(members as object).map(([key, value]) => ({ group, key, value })),
    );
  } catch {
    return undefined;
  }
}

export interface RepodataFuzz {
  readonly accepted: number;
  readonly reasons: ReadonlyMap<string, number>;
  /** Mutants that we accept and `JSON.parse` reads otherwise, or that we refuse without a reason that it shares. */
  readonly differences: readonly string[];
}

/** Reasons for which we refuse what `JSON.parse` takes. */
const STRICTER = new Set(['duplicate-key', 'wrong-type', 'record-not-an-object', 'too-deep']).union(
  new Set(['not-an-object', 'key-too-long', 'value-too-large']),
);

/** Mutates documents and cuts them at random; compares with `JSON.parse`. */
export async function fuzzRepodata(plan: {
  readonly seeds: readonly Buffer[];
  readonly seed: number;
  readonly mutants: number;
}): Promise<RepodataFuzz> {
  const roll = diceOf(plan.seed);
  const reasons = new Map<string, number>();
  const differences: string[] = [];
  let accepted = 0;
  for (let index = 0; index < plan.mutants; index += 1) {
    const seed = plan.seeds[roll(plan.seeds.length)] ?? Buffer.alloc(0);
    const bytes = roll(8) === 0 ? seed : spiced(mutated(seed, roll), roll);
    const ours = await slicesOf(piecesAtRandom(bytes, roll));
    const windowBytes = [32, 100, 1000, 5000][roll(4)] ?? 0;
    const again = await slicesOf(piecesAtRandom(bytes, roll), { ...REPODATA_LIMITS, windowBytes });
    // What is wrong twice may be refused for either.
    const bothRefused = typeof again === 'string' && typeof ours === 'string';
    if (!bothRefused && !isDeepStrictEqual(again, ours)) {
      differences.push(`by windows of ${windowBytes}: ${bytes.toString()}`);
    }
    const parsed = parsedSlices(bytes);
    if (typeof ours === 'string') {
      reasons.set(ours, (reasons.get(ours) ?? 0) + 1);
      if (parsed !== undefined && !STRICTER.has(ours))
        differences.push(`${ours}: ${bytes.toString()}`);
      continue;
    }
    accepted += 1;
    // What is passed over is not proven to be JSON, so ours may be more; then each record speaks for itself.
    const same = ours.records.every(({ text, value }) => equal(JSON.parse(text), value));
    const records = ours.records.map(({ group, key, value }) => ({ group, key, value }));
    const whole = parsed === undefined || equal(sorted(records), sorted(parsed));
    if (
      !same ||
      !whole ||
      (parsed === undefined && ours.outline.skipped.length === 0 && bytes.length > 0)
    ) {
      differences.push(`accepted: ${bytes.toString()}`);
    }
  }
  return { accepted, reasons, differences };
}

/** Puts in what JSON is made of, which random bytes seldom are. */
function spiced(bytes: Buffer, roll: (sides: number) => number): Buffer {
  const spices = [
    '{',
    '}',
    '"',
    '\\',
    ',',
    ':',
    '[',
    ']',
    ' ',
    '\r\n',
    '\\u0000',
    '":{',
    '},"',
    '{}',
  ];
  if (roll(2) === 0) return bytes;
  const at = roll(bytes.length + 1);
  const spice = Buffer.from(spices[roll(spices.length)] ?? '');
  return Buffer.concat([bytes.subarray(0, at), spice, bytes.subarray(at + roll(2))]);
}

/** Integer-like keys come first in objects of JavaScript. */
function sorted(records: readonly { group: string; key: string; value: unknown }[]) {
  return records.toSorted((a, b) => (`${a.group}/${a.key}` < `${b.group}/${b.key}` ? -1 : 1));
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
