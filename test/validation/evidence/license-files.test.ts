import { expect, test } from 'vitest';

import { buildWheel, sha256Of } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

test('licence files of the wheel itself are listed with their digests', async () => {
  const wheel = buildWheel({
    name: 'frog',
    version: '1.0',
    extraMembers: {
      'frog-1.0.dist-info/licenses/LICENSE': 'one',
      'frog-1.0.dist-info/licenses/vendored/COPYING.txt': 'two',
      'frog-1.0.dist-info/LICENCE.rst': 'three',
      'frog-1.0.dist-info/entry_points.txt': '[console_scripts]\n',
      'frog/LICENSE': 'of something inside',
      LICENSE: 'at the top',
    },
  });
  const { licenseTexts } = await contentsOf(wheel);
  expect(licenseTexts?.map(({ path, sha256 }) => [path, sha256])).toEqual([
    ['frog-1.0.dist-info/licenses/LICENSE', sha256Of(Buffer.from('one'))],
    ['frog-1.0.dist-info/licenses/vendored/COPYING.txt', sha256Of(Buffer.from('two'))],
    ['frog-1.0.dist-info/LICENCE.rst', sha256Of(Buffer.from('three'))],
  ]);
});
