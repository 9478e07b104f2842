import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { isGatehouseError } from '../../../src/model/errors.ts';
import { BZIP2_LIMITS, unpackBzip2 } from '../../../src/validation/archives/bzip2.ts';
import { diceOf, joined, mutated, piecesAtRandom } from '../../fixtures/pieces.ts';

type Question = readonly ['compress' | 'decompress', string, number | boolean];

/** Asks Python's bz2; refused: undefined. */
export async function askPython(
  questions: readonly Question[],
): Promise<readonly (Buffer | undefined)[]> {
  const script = join(import.meta.dirname, 'streams-oracle.py');
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile('python3', [script], { maxBuffer: 1 << 30 }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
    child.stdin?.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as string | null)
    .map((text) => (text === null ? undefined : Buffer.from(text, 'base64')));
}

/** Contents that exercise runs, many symbols, few symbols and several blocks. */
export function contentsFor(seed: number): readonly Buffer[] {
  const roll = diceOf(seed);
  const text = Array.from({ length: 3000 }, (_, index) => `line ${index * 7919} of a text\n`);
  return [
    Buffer.alloc(0),
    Buffer.from('a'),
    Buffer.from('hello hello hello'),
    Buffer.alloc(4, 'x'),
    Buffer.alloc(5, 'x'),
    Buffer.alloc(259, 'x'),
    Buffer.alloc(260, 'x'),
    Buffer.alloc(3_000_000, 'x'),
    Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    Buffer.from(Array.from({ length: 250_000 }, () => roll(256))),
    Buffer.from(Array.from({ length: 250_000 }, () => (roll(9) === 0 ? roll(3) : 7))),
    Buffer.from(text.join('')),
  ];
}

export interface Bzip2Fuzz {
  readonly accepted: number;
  /** We accept, Python does not or reads otherwise. */
  readonly differences: readonly string[];
  /** Python accepts, we do not: the reason and the bytes. */
  readonly refused: readonly string[];
}

/** Mutates small files and compares with Python. */
export async function fuzzBzip2(seed: number, mutants: number): Promise<Bzip2Fuzz> {
  const roll = diceOf(seed);
  const contents = contentsFor(seed).filter(({ length }) => length < 100_000);
  const seeds = await askPython(
    contents.map((content) => ['compress', content.toString('base64'), 1 + roll(9)]),
  );
  const bytes = Array.from({ length: mutants }, () =>
    mutated(seeds[roll(seeds.length)] ?? Buffer.alloc(0), roll),
  );
  const theirs = await askPython(
    bytes.map((one) => ['decompress', one.toString('base64'), true] as const),
  );
  const differences: string[] = [];
  const refused: string[] = [];
  let accepted = 0;
  for (const [index, one] of bytes.entries()) {
    const ours = await ourReading(one, roll);
    const python = theirs[index];
    if (typeof ours !== 'string') accepted += 1;
    if (typeof ours === 'string') {
      if (python !== undefined) refused.push(`${ours} ${one.toString('base64')}`);
    } else if (python === undefined || !ours.equals(python)) {
      differences.push(one.toString('base64'));
    }
  }
  return { accepted, differences, refused };
}

async function ourReading(
  bytes: Uint8Array,
  roll: (sides: number) => number,
): Promise<Buffer | string> {
  try {
    const limits = { ...BZIP2_LIMITS, streams: 100 };
    return await joined(unpackBzip2(piecesAtRandom(bytes, roll), limits));
  } catch (error) {
    if (isGatehouseError(error, 'archive-refused')) return String(error.data['reason']);
    throw error;
  }
}
