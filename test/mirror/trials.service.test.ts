import { expect, test } from 'vitest';

import { parseSha256 } from '../../src/model/sha256.ts';
import { PROBE, type TrialFact } from '../../src/model/trial.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { saveTrial } from '../../src/store/trials.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel, openHouse, policyText } from '../fixtures/house.ts';

const FROG = mitWheel({ name: 'frog', version: '1.0' });
const CLEAN: TrialFact = {
  probe: PROBE,
  python: '3.12.1',
  closure: [],
  wrote: [],
  executed: [],
  connected: [],
  imports: [],
};

test('what is seen in a second trial counts, though the process knows the first', async () => {
  const store = openMemoryStore();
  const sha256 = parseSha256(FROG.sha256);
  await saveTrial(store, sha256, CLEAN);
  await using index = await startFakeIndex({ artifacts: [FROG] });
  const policy = policyText(['frog'], 'content: { install-probe: review }\n');
  await using house = await openHouse({ index, policy, store });
  await house.walked();
  expect((await house.versions('frog')).approved).toEqual(['1.0']);
  await saveTrial(store, sha256, { ...CLEAN, executed: ['os.system: curl'] });
  await expect(house.fetch(FROG.filename)).rejects.toThrow('trial/executed');
});
