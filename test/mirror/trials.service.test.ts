import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { parseVersion } from '../../src/ecosystems/pypi/versions.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import { pythonTargets } from '../../src/model/target.ts';
import { PROBE, type TrialFact } from '../../src/model/trial.ts';
import { loadPolicy } from '../../src/policy/load.ts';
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

test('a trial that did not import all modules is for a person', async () => {
  const extraMembers = Object.fromEntries(
    Array.from({ length: 25 }, (_, at) => [`frog_${at}.py`, 'x = 1\n']),
  );
  const wheel = mitWheel({ name: 'frog', version: '1.0', extraMembers });
  await using index = await startFakeIndex({ artifacts: [wheel] });
  await using house = await openHouse({ index, policy: policyText(['frog']) });
  await house.walked();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  const [target] = pythonTargets(loadPolicy({ text: policyText([]), file: 'p' }).targets);
  if (target === undefined) throw new Error('the policy has no target');
  const asked = { project: parseProjectName('frog'), version: parseVersion('1.0'), target, folder };
  const { closure: _, ...seen } = CLEAN;
  const tried = await house.mirror.tryOut(asked, async () => seen);
  await rm(folder, { recursive: true });
  expect(tried).toMatchObject({
    kind: 'tried',
    fact: { failure: 'only 20 of its 26 modules were imported' },
  });
});
