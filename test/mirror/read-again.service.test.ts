import { expect, test } from 'vitest';

import { EXTRACTOR } from '../../src/model/evidence.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import { readEvidence, saveEvidence } from '../../src/store/facts.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { objectKey, type ObjectStore } from '../../src/store/object-store.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel, openHouse, policyText } from '../fixtures/house.ts';
import type { FixtureWheel } from '../fixtures/wheels.ts';

const HOOK = mitWheel({
  name: 'frog',
  version: '1.0',
  extraMembers: { 'frog.pth': 'import os\n' },
});
const HONEST = mitWheel({ name: 'toad', version: '1.0' });

/** Leaves a store as a program would have that read no members: with evidence of extractor 1 alone. */
async function storeOfOlderProgram(wheels: readonly FixtureWheel[]): Promise<ObjectStore> {
  const store = openMemoryStore();
  await using index = await startFakeIndex({ artifacts: wheels });
  const policy = policyText(
    wheels.map(({ project }) => project),
    'content: { startup: allow }\n',
  );
  await using house = await openHouse({ index, policy, store });
  await house.walked();
  for (const { filename, sha256: text } of wheels) {
    await house.fetch(filename);
    const sha256 = parseSha256(text);
    const stored = await readEvidence(store, sha256);
    if (stored?.evidence.kind !== 'wheel') throw new Error('there is no evidence');
    const { contents: _, ...old } = stored.evidence;
    await store.remove(objectKey('evidence', text, `${EXTRACTOR}`));
    await saveEvidence(store, { ...old, extractor: 1 });
  }
  return store;
}

test('what was admitted before contents were read stays, is read again, and is then judged by them', async () => {
  const store = await storeOfOlderProgram([HOOK, HONEST]);
  await using index = await startFakeIndex({ artifacts: [HOOK, HONEST] });
  await using house = await openHouse({ index, policy: policyText(['frog', 'toad']), store });
  await house.walked();
  while (!(await isRead(store, HOOK)) || !(await isRead(store, HONEST))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await expect
    .poll(async () => (await house.explain('frog')).findings.map(({ code }) => code))
    .toContain('startup/hook');
  expect(await house.versions('frog')).toEqual({ approved: [], refused: ['1.0'] });
  expect(await house.versions('toad')).toEqual({ approved: ['1.0'], refused: [] });
  expect(await house.fetch(HONEST.filename)).toEqual(Buffer.from(HONEST.bytes));
});

async function isRead(store: ObjectStore, wheel: FixtureWheel): Promise<boolean> {
  const stored = await readEvidence(store, parseSha256(wheel.sha256));
  return stored?.evidence.extractor === EXTRACTOR;
}
