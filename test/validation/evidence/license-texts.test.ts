import licenses from 'spdx-license-list/full.js';
import { expect, test } from 'vitest';

import { buildWheel, sha256Of } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

const INFO = 'some_thing-1.0.dist-info';
const MIT = licenses['MIT']?.licenseText ?? '';

async function textsOf(extraMembers: Readonly<Record<string, string>>) {
  const wheel = buildWheel({ name: 'Some.Thing', version: '1.0', extraMembers });
  return (await contentsOf(wheel)).licenseTexts;
}

test.each([
  `${INFO}/licenses/LICENSE`,
  `${INFO}/licenses/some/where/else.txt`,
  `${INFO}/LICENCE.rst`,
  `${INFO}/COPYING`,
  'some_thing/LICENSE',
  'some_thing/_vendor/other/LICENSE-MIT.txt',
  'some_thing/fonts/DEJAVU_LICENSE.txt',
  'some_thing/NOTICE.md',
])('%s is a licence text', async (path) => {
  const sha256 = sha256Of(Buffer.from(MIT));
  expect(await textsOf({ [path]: MIT })).toEqual([
    { path, sha256, match: 'whole', expressions: ['MIT'] },
  ]);
});

test.each([
  'some_thing/licenses/__init__.py',
  'some_thing/license.json',
  'some_thing/licenses/mit.txt',
  'some_thing/unlicensed.txt',
])('%s is none', async (path) => {
  expect(await textsOf({ [path]: MIT })).toEqual([]);
});

test('one that is too long to be read whole is not that of one licence', async () => {
  const long = `${MIT}\n${' '.repeat(256 * 1024)}All of it is void.`;
  expect(await textsOf({ [`${INFO}/LICENSE`]: long })).toMatchObject([
    { match: 'contains', expressions: ['MIT'] },
  ]);
});

test('its own texts come before the many that it bundles', async () => {
  const bundled = Array.from(
    { length: 310 },
    (_, at) => [`some_thing/${at}/LICENSE`, 'x'] as const,
  );
  const texts = await textsOf({ ...Object.fromEntries(bundled), [`${INFO}/LICENSE`]: MIT });
  expect(texts).toHaveLength(300);
  expect(texts?.[0]).toMatchObject({ path: `${INFO}/LICENSE`, match: 'whole' });
});
