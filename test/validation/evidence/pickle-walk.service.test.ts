import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { walkPickle } from '../../../src/validation/evidence/inspectors/pickle-walk.ts';

interface Row {
  readonly data: string;
  readonly names: readonly string[];
  readonly whole: boolean;
  readonly honest: boolean;
}

/** Python's own unpickler is the oracle: it says what it looks up, on pickles that it made and on mutants of them. */
function rowsOf(seed: number, count: number): readonly Row[] {
  const script = join(import.meta.dirname, 'pickle-oracle.py');
  const output = execFileSync('python3', [script, `${seed}`, `${count}`], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return output
    .trimEnd()
    .split('\n')
    .map((line): Row => JSON.parse(line));
}

test('whatever unpickling looks up, the walk has named, or it does not come to the end', () => {
  const walked = rowsOf(7, 3000).map((row) => ({
    ...row,
    walk: walkPickle(Buffer.from(row.data, 'base64')),
  }));
  const honest = walked.filter((row) => row.honest);
  expect(honest).toHaveLength(3000);
  expect(
    honest.map(({ data, walk }) => ({
      data,
      isWhole: walk.isWhole,
      names: [...walk.names].toSorted(),
    })),
  ).toEqual(honest.map(({ data, names }) => ({ data, isWhole: true, names })));

  const accepted = walked.filter(({ whole, walk }) => whole && walk.isWhole);
  expect(accepted.length).toBeGreaterThan(5000);
  const unnamed = accepted.filter(
    ({ names, walk }) => !walk.names.has('?') && names.some((name) => !walk.names.has(name)),
  );
  expect(unnamed.map(({ data }) => data)).toEqual([]);
});

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

test.each([
  [
    'names on the stack, through the memo',
    '\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93.',
    ['os system'],
  ],
  ['a name that is made up', '\x80\x04\x8c\x02os)\x93.', ['?']],
  ['a class in the old way', '(ios\nsystem\n.', ['os system']],
  ['an extension of copyreg', '\x80\x02\x82\x07.', ['copyreg extension 7']],
  ['a dotted name', '\x80\x04\x8c\x04frog\x8c\x09os.system\x93.', ['frog os.system']],
])('%s', (_what, text, names) => {
  const walk = walkPickle(bytes(text));
  expect([...walk.names]).toEqual(names);
  expect(walk.isWhole).toBe(true);
});

test.each([
  ['nothing', ''],
  ['an opcode that there is not', '\x80\x04\xff.'],
  ['an end that is missing', '\x80\x04N'],
  ['an empty stack', '\x80\x04.'],
  ['a memo that is empty', '\x80\x04h\x07.'],
  ['a mark that is missing', '\x80\x04t.'],
  ['a size beyond the end', '\x80\x04X\xff\xff\xff\x7fabc.'],
  ['a size of 64 bits', '\x80\x04\x8d\x00\x00\x00\x00\x01\x00\x00\x00abc.'],
])('%s is not walked to an end', (_what, text) => {
  expect(walkPickle(bytes(text)).isWhole).toBe(false);
});
