import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import ids from 'spdx-license-ids/index.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';

import {
  equalExpressions,
  formatLicenseExpression,
  joinExpressions,
  type LicenseExpression,
  parseLicenseExpression,
} from '../../../src/ecosystems/spdx/expression.ts';

function canonical(text: string): string {
  return formatLicenseExpression(parseLicenseExpression(text));
}

describe('a licence expression', () => {
  it.each([
    ['MIT', 'MIT'],
    ['mit', 'MIT'],
    ['apache-2.0', 'Apache-2.0'],
    ['mit or apache-2.0', 'MIT OR Apache-2.0'],
    ['(mit)', 'MIT'],
    ['MIT AND (Apache-2.0 OR BSD-2-Clause)', 'MIT AND (Apache-2.0 OR BSD-2-Clause)'],
    ['(MIT OR Apache-2.0) AND BSD-3-Clause', '(MIT OR Apache-2.0) AND BSD-3-Clause'],
    ['MIT OR Apache-2.0 AND BSD-3-Clause', 'MIT OR Apache-2.0 AND BSD-3-Clause'],
    ['MIT OR (Apache-2.0 AND BSD-3-Clause)', 'MIT OR Apache-2.0 AND BSD-3-Clause'],
    ['(MIT OR ISC) OR (0BSD OR MIT)', 'MIT OR ISC OR 0BSD'],
    ['MIT AND MIT', 'MIT'],
    ['(MIT)OR(ISC)', 'MIT OR ISC'],
    ['\tMIT\n  oR  ISC ', 'MIT OR ISC'],
    [
      'gpl-3.0-or-later with gcc-exception-3.1 and 0bsd',
      'GPL-3.0-or-later WITH GCC-exception-3.1 AND 0BSD',
    ],
    ['Apache-1.1+', 'Apache-1.1+'],
    ['MPL-2.0+ WITH LLVM-exception', 'MPL-2.0+ WITH LLVM-exception'],
    ['licenseref-NVIDIA-Proprietary', 'LicenseRef-NVIDIA-Proprietary'],
    [
      'LicenseRef-Ours WITH Classpath-exception-2.0',
      'LicenseRef-Ours WITH Classpath-exception-2.0',
    ],
    ['documentref-a.b:LICENSEREF-C', 'DocumentRef-a.b:LicenseRef-C'],
    [
      'BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0',
      'BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0',
    ],
  ])('%j is read as %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
    expect(canonical(expected)).toBe(expected);
  });

  it.each([
    ['GPL-3.0', 'GPL-3.0-only'],
    ['AGPL-3.0', 'AGPL-3.0-only'],
    ['gpl-2.0+', 'GPL-2.0-or-later'],
    ['LGPL-2.1+', 'LGPL-2.1-or-later'],
    ['GFDL-1.3', 'GFDL-1.3-only'],
    ['GPL-2.0-with-classpath-exception', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ['GPL-2.0-with-classpath-exception+', 'GPL-2.0-or-later WITH Classpath-exception-2.0'],
    ['GPL-2.0+ WITH Bison-exception-2.2', 'GPL-2.0-or-later WITH Bison-exception-2.2'],
    ['eCos-2.0', 'GPL-2.0-or-later WITH eCos-exception-2.0'],
    ['wxwindows', 'GPL-2.0-or-later WITH WxWindows-exception-3.1'],
    ['Nunit', 'zlib-acknowledgement'],
    ['Net-SNMP', 'Net-SNMP'],
  ])('%s, which is deprecated, becomes %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it('knows what replaces every deprecated identifier except the one that has no replacement', () => {
    const kept = deprecated.filter((id) => canonical(id) === id);
    expect(kept).toEqual(['Net-SNMP']);
    for (const id of deprecated) expect(() => canonical(canonical(id))).not.toThrow();
  });

  it('knows every identifier of the list in any case', () => {
    for (const id of ids) expect(canonical(id.toUpperCase())).toBe(id);
  });

  it.each([
    ['', 1, 'expected a licence, got the end'],
    ['  ', 3, 'expected a licence, got the end'],
    ['MIT AND', 8, 'expected a licence, got the end'],
    ['AND MIT', 1, 'expected a licence, got "AND"'],
    ['MIT OR OR ISC', 8, 'expected a licence, got "OR"'],
    ['MIT ISC', 5, 'expected AND, OR or the end, got "ISC"'],
    ['MIT, ISC', 1, 'unknown licence "MIT,"'],
    ['MIT/Apache-2.0', 1, 'unknown licence "MIT/Apache-2.0"'],
    ['MIT WITH foo', 10, 'unknown exception "foo"'],
    ['MIT WITH', 9, 'expected an exception, got the end'],
    ['MIT WITH (LLVM-exception)', 10, 'expected an exception, got "("'],
    ['(MIT) WITH LLVM-exception', 7, 'expected AND, OR or the end, got "WITH"'],
    ['MIT WITH LLVM-exception WITH LLVM-exception', 25, 'expected AND, OR or the end, got "WITH"'],
    [
      'GPL-2.0-with-GCC-exception WITH LLVM-exception',
      1,
      '"GPL-2.0-with-GCC-exception" already contains an exception',
    ],
    ['(MIT', 5, 'expected AND, OR or ")", got the end'],
    ['MIT)', 4, 'expected AND, OR or the end, got ")"'],
    ['()', 2, 'expected a licence, got ")"'],
    ['MIT (ISC)', 5, 'expected AND, OR or the end, got "("'],
    ['BSD', 1, 'unknown licence "BSD"'],
    ['LLVM-exception', 1, 'unknown licence "LLVM-exception"'],
    ['MIT +', 5, 'expected AND, OR or the end, got "+"'],
    ['MPL-1.1++', 1, 'unknown licence "MPL-1.1++"'],
    ['GPL-2.0-only+', 1, '"+" cannot follow "GPL-2.0-only"'],
    ['GPL-2.0-or-later+', 1, '"+" cannot follow "GPL-2.0-or-later"'],
    ['LicenseRef-Ours+', 1, '"+" cannot follow "LicenseRef-Ours"'],
    ['LicenseRef-', 1, 'unknown licence "LicenseRef-"'],
    ['LicenseRef-a_b', 1, 'unknown licence "LicenseRef-a_b"'],
    ['\u212Anuth-CTAN', 1, 'unknown licence "\u212Anuth-CTAN"'],
    ['MIT\u00A0OR ISC', 1, 'unknown licence "MIT\u00A0OR"'],
    ['mit\u0000', 1, String.raw`unknown licence "mit\u0000"`],
    ['__proto__', 1, 'unknown licence "__proto__"'],
  ])('%j is refused at column %i', (text, column, problem) => {
    const message = `not an SPDX licence expression: column ${column}: ${problem}`;
    expect(() => parseLicenseExpression(text)).toThrow(
      expect.objectContaining({ code: 'invalid-expression', message, data: { column } }),
    );
  });

  it('may be nested 64 deep and no deeper', () => {
    expect(canonical('('.repeat(64) + 'MIT' + ')'.repeat(64))).toBe('MIT');
    for (const depth of [65, 2000]) {
      expect(() => parseLicenseExpression('('.repeat(depth) + 'MIT' + ')'.repeat(depth))).toThrow(
        'column 65: expected at most 64 parentheses within each other',
      );
    }
  });

  it('may have 4096 characters and no more', () => {
    expect(canonical('MIT'.padEnd(4096))).toBe('MIT');
    expect(() => parseLicenseExpression('MIT'.padEnd(4097))).toThrow(
      'column 4097: expected at most 4096 characters, got 4097',
    );
    expect(() => parseLicenseExpression('('.repeat(10_000))).toThrow('column 4097');
  });
});

describe('two expressions', () => {
  it.each([
    ['MIT OR ISC', 'isc or mit', true],
    ['MIT AND (ISC OR 0BSD)', '(0BSD OR ISC) AND MIT', true],
    ['LicenseRef-A', 'LicenseRef-a', true],
    ['GPL-3.0', 'GPL-3.0-only', true],
    ['MIT OR ISC', 'MIT AND ISC', false],
    ['MIT OR ISC AND 0BSD', '(MIT OR ISC) AND 0BSD', false],
    ['MPL-2.0', 'MPL-2.0+', false],
    ['Apache-2.0', 'Apache-2.0 WITH LLVM-exception', false],
  ])('%s and %s are equal: %s', (left, right, expected) => {
    expect(equalExpressions(parseLicenseExpression(left), parseLicenseExpression(right))).toBe(
      expected,
    );
  });

  it.each([
    ['or', ['MIT', 'ISC'], 'MIT OR ISC'],
    ['and', ['MIT', 'MIT'], 'MIT'],
    ['and', ['MIT OR ISC', '0BSD AND MIT'], '(MIT OR ISC) AND 0BSD AND MIT'],
    ['or', ['MIT OR ISC', 'ISC OR 0BSD'], 'MIT OR ISC OR 0BSD'],
  ] as const)('joined by %s: %j is %s', (kind, texts, expected) => {
    const [first, ...rest] = texts.map(parseLicenseExpression) as [LicenseExpression];
    expect(formatLicenseExpression(joinExpressions(kind, [first, ...rest]))).toBe(expected);
  });
});
