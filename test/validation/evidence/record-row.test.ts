import { expect, test } from 'vitest';

import { buildWheel, sha256Of } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

const CONTENT = Buffer.from('content\n');
const DIGEST = Buffer.from(sha256Of(CONTENT), 'hex').toString('base64url');

/** A wheel whose RECORD has this row for `pkg/a.py`. */
async function faultsOf(row: string) {
  const name = { name: 'pkg', version: '1.0' };
  const wheel = buildWheel({
    ...name,
    extraMembers: {
      'pkg/a.py': CONTENT,
      'pkg-1.0.dist-info/RECORD': [
        'pkg/__init__.py',
        'pkg-1.0.dist-info/METADATA',
        'pkg-1.0.dist-info/WHEEL',
      ]
        .map((path) => `${path},sha256=unknown,\n`)
        .concat([`pkg/a.py,${row}\n`, 'pkg-1.0.dist-info/RECORD,,\n'])
        .join(''),
    },
  });
  const { record: faults = [] } = await contentsOf(wheel);
  return faults.filter(({ path }) => path === 'pkg/a.py').map(({ fault }) => fault);
}

test.each([
  ['is right', `sha256=${DIGEST},8`, []],
  ['gives no size', `sha256=${DIGEST},`, []],
  ['has a stronger hash', 'sha512=AAAA,8', []],
  ['is of other bytes', `sha256=${DIGEST.replace(/^./, 'A')},8`, ['hash']],
  ['pads its digest', `sha256=${DIGEST}=,8`, ['hash']],
  ['is in hexadecimal', `sha256=${sha256Of(CONTENT)},8`, ['hash']],
  ['has another size', `sha256=${DIGEST},9`, ['size']],
  ['has a size that is no number', `sha256=${DIGEST},08`, ['size']],
  ['has a hash that proves nothing', 'md5=AAAA,8', ['weak-hash']],
  ['has no hash', ',8', ['no-hash']],
] as const)('a row of RECORD that %s', async (_what, row, faults) => {
  expect(await faultsOf(row)).toEqual(faults);
});

test('RECORD and its signatures need no hash of themselves', async () => {
  const { record } = await contentsOf(
    buildWheel({ name: 'pkg', version: '1.0', extraMembers: { 'pkg/a.py': CONTENT } }),
  );
  expect(record).toEqual([]);
});
