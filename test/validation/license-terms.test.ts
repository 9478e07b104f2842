import { describe, expect, it } from 'vitest';

import {
  formatLicenseExpression,
  parseLicense,
  parseLicenseExpression,
} from '../../src/ecosystems/spdx/expression.ts';
import type { LicenseGrant } from '../../src/policy/policy.ts';
import { permit, type LicenseTerms } from '../../src/validation/license-terms.ts';

function grant(id: string, expires: number): LicenseGrant {
  return {
    expression: parseLicense(id),
    packages: ['demo'],
    reason: `${id} until ${expires}`,
    approver: 'someone',
    expires,
    place: { file: 'policy.yaml', line: 1, column: 1 },
  };
}

const TERMS: LicenseTerms = {
  allow: ['MIT', 'Apache-2.0', 'BSD-3-Clause', 'GPL-2.0-or-later'].map(parseLicense),
  grants: [grant('Zlib', 30), grant('ISC', 20), grant('0BSD', 10)],
  exceptionsArePermissive: true,
};

function judge(text: string): string {
  const permission = permit(parseLicenseExpression(text), TERMS);
  if (!permission.permitted) {
    return `lacks ${permission.lacking.map(formatLicenseExpression).join(', ')}`;
  }
  const { chosen, grants } = permission;
  return [formatLicenseExpression(chosen), ...grants.map(({ reason }) => reason)].join('; ');
}

describe('an expression', () => {
  it.each([
    ['MIT', 'MIT'],
    ['AGPL-3.0-only', 'lacks AGPL-3.0-only'],
    ['MIT AND Apache-2.0', 'MIT AND Apache-2.0'],
    ['MIT AND AGPL-3.0-only', 'lacks AGPL-3.0-only'],
    ['EPL-2.0 AND AGPL-3.0-only', 'lacks EPL-2.0, AGPL-3.0-only'],
    // What is not allowed takes nothing away from a choice.
    ['AGPL-3.0-only OR MIT', 'MIT'],
    ['MIT OR Apache-2.0', 'MIT'],
    ['AGPL-3.0-only OR EPL-2.0', 'lacks AGPL-3.0-only, EPL-2.0'],
    ['(MIT OR AGPL-3.0-only) AND BSD-3-Clause', 'MIT AND BSD-3-Clause'],
    ['(MIT AND AGPL-3.0-only) OR BSD-3-Clause', 'BSD-3-Clause'],
    ['(MIT AND AGPL-3.0-only) OR EPL-2.0', 'lacks AGPL-3.0-only, EPL-2.0'],
    ['Apache-2.0 WITH LLVM-exception', 'Apache-2.0 WITH LLVM-exception'],
    ['GPL-3.0-only WITH GCC-exception-3.1', 'GPL-3.0-only WITH GCC-exception-3.1'],
    ['Apache-1.1+', 'Apache-1.1+'],
    ['ISC', 'ISC; ISC until 20'],
    ['ISC AND Zlib', 'ISC AND Zlib; ISC until 20; Zlib until 30'],
    ['ISC AND ISC', 'ISC; ISC until 20'],
    // A grant is used only where nothing else would do, and of two the one that lasts.
    ['ISC OR MIT', 'MIT'],
    ['0BSD OR Zlib OR ISC', 'Zlib; Zlib until 30'],
    ['(ISC AND 0BSD) OR (Zlib AND ISC)', 'Zlib AND ISC; Zlib until 30; ISC until 20'],
    ['(ISC AND Zlib) OR 0BSD', '0BSD; 0BSD until 10'],
  ])('%s comes to: %s', (text, expected) => {
    expect(judge(text)).toBe(expected);
  });

  it('that is allowed does not become refused when operands of its OR are added', () => {
    expect(judge(`MIT OR ${'(AGPL-3.0-only AND '.repeat(50)}MIT${')'.repeat(50)}`)).toBe('MIT');
  });
});
