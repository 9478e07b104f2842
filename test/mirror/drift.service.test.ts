import { expect, test } from 'vitest';

import { openMemoryStore } from '../../src/store/memory.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel, openHouse, policyText } from '../fixtures/house.ts';

const OLD = mitWheel({ name: 'frog', version: '1.0' });
const HOOKED = mitWheel({
  name: 'frog',
  version: '2.0',
  extraMembers: { 'frog-2.0.data/data/etc/jupyter/frog.json': '{}' },
});
const KNOWN = policyText(
  ['frog'],
  'content: { known: [{ rule: notebook, packages: [frog], reason: read }] }\n',
);

test('what is new since the release that was admitted is refused, also after a restart, until a waiver lifts it', async () => {
  await using index = await startFakeIndex({ artifacts: [OLD, HOOKED] });
  const store = openMemoryStore();
  {
    await using house = await openHouse({ index, policy: KNOWN, store });
    await house.walked();
    await house.fetch(OLD.filename);
    await expect(house.fetch(HOOKED.filename)).rejects.toThrow('drift/hook');
    expect(await house.versions('frog')).toEqual({ approved: ['1.0'], refused: ['2.0'] });
  }
  await using house = await openHouse({ index, policy: KNOWN, store });
  await house.walked();
  expect(await house.versions('frog')).toEqual({ approved: ['1.0'], refused: ['2.0'] });
  const lifted = `${KNOWN}waivers: [{ rule: drift/hook, name: frog, versions: "==2.0", reason: read, approver: me, expires: 2027-06-30 }]\n`;
  await house.activate(lifted);
  await house.walked();
  expect(await house.versions('frog')).toEqual({ approved: ['1.0', '2.0'], refused: [] });
  expect(await house.fetch(HOOKED.filename)).toEqual(Buffer.from(HOOKED.bytes));
});

test('a first release has nothing to be compared with', async () => {
  await using index = await startFakeIndex({ artifacts: [HOOKED] });
  await using house = await openHouse({ index, policy: KNOWN });
  await house.walked();
  expect(await house.fetch(HOOKED.filename)).toEqual(Buffer.from(HOOKED.bytes));
});
