import { expect, it } from 'vitest';

import { coversLicense } from '../../../src/ecosystems/spdx/covers.ts';
import { parseLicense } from '../../../src/ecosystems/spdx/expression.ts';

it.each([
  ['MIT', 'MIT', true],
  ['MIT', 'MIT-0', false],
  ['LicenseRef-A', 'LicenseRef-a', true],
  ['LicenseRef-A', 'LicenseRef-B', false],
  ['LicenseRef-A-1.0', 'LicenseRef-A-2.0', false],
  ['LicenseRef-A-1.0-or-later', 'LicenseRef-A-2.0-only', false],
  ['LicenseRef-A', 'DocumentRef-d:LicenseRef-A', false],
  // X+ lets one choose any later version.
  ['Apache-2.0', 'Apache-1.1+', true],
  ['Apache-1.1', 'Apache-1.1+', true],
  ['Apache-1.0', 'Apache-1.1+', false],
  ['MPL-2.0', 'Apache-1.1+', false],
  // Listing X+ accepts later versions.
  ['MPL-1.1+', 'MPL-2.0', true],
  ['MPL-1.1+', 'MPL-1.0', false],
  ['MPL-1.1+', 'MPL-1.1', true],
  ['MPL-1.1', 'MPL-2.0', false],
  ['Python-2.0+', 'Python-2.0.1', true],
  ['PHP-3.0+', 'PHP-3.01', true],
  // The GNU licences are taken at their word.
  ['GPL-2.0-or-later', 'GPL-3.0-only', true],
  ['GPL-2.0-or-later', 'GPL-3.0-or-later', true],
  ['GPL-2.0-or-later', 'GPL-2.0-only', false],
  ['GPL-2.0-only', 'GPL-2.0-or-later', false],
  ['GPL-3.0-only', 'GPL-2.0-or-later', false],
  ['GPL-3.0-or-later', 'GPL-2.0-or-later', false],
  ['LGPL-2.0-or-later', 'GPL-3.0-only', false],
  ['GPL-2.0-or-later', 'LGPL-3.0-only', false],
  // Exceptions add permission.
  ['Apache-2.0', 'Apache-2.0 WITH LLVM-exception', true],
  ['Apache-2.0 WITH LLVM-exception', 'Apache-2.0', false],
  ['GPL-3.0-only WITH GCC-exception-3.1', 'GPL-3.0-only WITH GCC-exception-3.1', true],
  ['GPL-3.0-only WITH GCC-exception-3.1', 'GPL-3.0-only WITH Classpath-exception-2.0', false],
  ['GPL-2.0-or-later WITH GCC-exception-3.1', 'GPL-3.0-only WITH GCC-exception-3.1', true],
])('accepting %s accepts %s: %s', (listed, license, expected) => {
  const options = { exceptionsArePermissive: true };
  expect(coversLicense(parseLicense(listed), parseLicense(license), options)).toBe(expected);
});

it('an exception is another licence unless exceptions are permissive', () => {
  const options = { exceptionsArePermissive: false };
  const [plain, excepted] = [parseLicense('MIT'), parseLicense('MIT WITH LLVM-exception')];
  expect(coversLicense(plain, excepted, options)).toBe(false);
  expect(coversLicense(excepted, excepted, options)).toBe(true);
});
