import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

interface Row {
  readonly number: number;
  readonly how: string;
}

interface Citation {
  readonly file: string;
  readonly names: readonly string[];
}

/** The rows of the tables, in order. */
function readRows(page: string): readonly Row[] {
  return [...page.matchAll(/^\| ([0-9]+) \| .+ \| (.+) \|$/gm)].map(([, number, how = '']) => ({
    number: Number(number),
    how,
  }));
}

/** What a row quotes: `file` › "name" › "name of a row of its table". */
function citationsOf({ how }: Row): readonly Citation[] {
  return [...how.matchAll(/`(test\/[^`]+)`((?: › "[^"]+")+)/g)].map(
    ([, file = '', names = '']) => ({
      file,
      names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
    }),
  );
}

/** As a whole text of the program, not as a part of another. */
function isQuoted(text: string, name: string): boolean {
  return [`'${name}'`, `"${name}"`, `\`${name}\``].some((quoted) => text.includes(quoted));
}

function textOf(file: string): string {
  const path = join(ROOT, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

describe.each([
  ['docs/conformance-pypi.md', 120],
  ['docs/conformance-conda.md', 90],
])('%s', (page, count) => {
  const rows = readRows(textOf(page));

  test('has every row once, in order', () => {
    const expected = Array.from({ length: count }, (_, index) => index + 1);
    expect(rows.map(({ number }) => number)).toEqual(expected);
  });

  test('names a test for every row, or the reason why there is none', () => {
    const silent = rows.filter(
      (row) => citationsOf(row).length === 0 && !/^Not (here: |run\b)/.test(row.how),
    );
    expect(silent).toEqual([]);
  });

  test('quotes tests that exist under these names', () => {
    const missing = rows.flatMap((row) =>
      citationsOf(row).flatMap(({ file, names }) => {
        const text = textOf(file);
        return names
          .filter((name) => !isQuoted(text, name))
          .map((name) => [row.number, file, name]);
      }),
    );
    expect(missing).toEqual([]);
  });

  test('quotes nothing that it would not look for', () => {
    const files = rows.reduce((sum, row) => sum + citationsOf(row).length, 0);
    expect(files).toBe([...textOf(page).matchAll(/`test\//g)].length);
  });
});
