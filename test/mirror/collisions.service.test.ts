import { expect, test } from 'vitest';

import { EXTRACTOR } from '../../src/model/evidence.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import { blobKey } from '../../src/store/blobs.ts';
import { readEvidence, saveEvidence } from '../../src/store/facts.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { objectKey, type ObjectStore } from '../../src/store/object-store.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel, openHouse, policyText } from '../fixtures/house.ts';
import { makeSdist } from '../fixtures/sdists.ts';

function bringing(name: string, version = '1.0') {
  return mitWheel({
    name,
    version,
    extraMembers: {
      'cv2/__init__.py': 'import os\n',
      [`${name}-${version}.dist-info/entry_points.txt`]: `[console_scripts]\n${name} = cv2:x\n`,
    },
  });
}

const FROG = bringing('frog');
const FROG2 = bringing('frog', '2.0');
const NEWT = bringing('newt');
const POLICY = policyText(['frog', 'newt']);
const KNOWN = policyText(
  ['frog', 'newt'],
  'content: { known: [{ rule: collisions, packages: [newt], reason: read }] }\n',
);

test('a module that another admitted project has waits for a person, also after a restart; the first keeps it', async () => {
  await using index = await startFakeIndex({ artifacts: [FROG, FROG2, NEWT] });
  const store = openMemoryStore();
  {
    await using house = await openHouse({ index, policy: POLICY, store });
    await house.walked();
    expect((await house.versions('newt')).approved).toEqual(['1.0']);
    await house.fetch(FROG.filename);
    // The same project has it in another version.
    expect(await house.fetch(FROG2.filename)).toEqual(Buffer.from(FROG2.bytes));
    await expect(house.fetch(NEWT.filename)).rejects.toThrow('module/taken');
    const { findings } = await house.explain('newt');
    expect(findings.find(({ code }) => code === 'module/taken')).toMatchObject({
      effect: 'review',
      message: 'newt 1.0 has modules of other packages that were admitted before: "cv2" (frog)',
    });
    expect((await house.explain('frog')).verdict).toBe('approve');
  }
  await using house = await openHouse({ index, policy: POLICY, store });
  await house.walked();
  expect(await house.versions('newt')).toEqual({ approved: [], refused: ['1.0'] });
  expect((await house.versions('frog')).refused).toEqual([]);
  await house.activate(KNOWN);
  await house.walked();
  expect(await house.versions('newt')).toEqual({ approved: ['1.0'], refused: [] });
  expect(await house.fetch(NEWT.filename)).toEqual(Buffer.from(NEWT.bytes));
  await house.activate(POLICY);
  await house.walked();
  expect((await house.explain('newt')).verdict).toBe('approve');
});

test('what was refused for its contents and is approved by now is listed until another project has its names', async () => {
  const hooked = mitWheel({
    name: 'newt',
    version: '1.0',
    extraMembers: { 'cv2.py': '', 'newt.pth': 'import os\n' },
  });
  await using index = await startFakeIndex({ artifacts: [FROG, hooked] });
  await using house = await openHouse({ index, policy: POLICY });
  await house.walked();
  await expect(house.fetch(hooked.filename)).rejects.toThrow('startup/hook');
  await house.activate(policyText(['frog', 'newt'], 'content: { startup: allow }\n'));
  await house.walked();
  expect((await house.versions('newt')).approved).toEqual(['1.0']);
  const before = house.mirror.generation();
  await house.fetch(FROG.filename);
  expect(house.mirror.generation()).toBeGreaterThan(before);
  expect(await house.versions('newt')).toEqual({ approved: [], refused: ['1.0'] });
  expect((await house.versions('frog')).approved).toEqual(['1.0']);
});

test('a restarted process knows the names of projects that nobody asked for yet', async () => {
  const store = openMemoryStore();
  {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    await using house = await openHouse({ index, policy: policyText(['frog']), store });
    await house.walked();
    await house.fetch(FROG.filename);
  }
  await using index = await startFakeIndex({ artifacts: [NEWT] });
  await using house = await openHouse({ index, policy: policyText(['newt']), store });
  await house.walked();
  await expect(house.fetch(NEWT.filename)).rejects.toThrow('module/taken');
});

test('a restarted process knows the names of a project whose newest admitted version is a source distribution', async () => {
  const store = openMemoryStore();
  const more =
    'versions: { formats: { sdist: allow } }\ncontent: { build: allow }\ndependencies: { closure: follow }\n';
  const policy = policyText(['frog', 'newt']).replace(/dependencies.*\n/, more);
  const source = makeSdist({ name: 'frog', version: '2.0' });
  await using index = await startFakeIndex({ artifacts: [FROG, source, NEWT] });
  {
    await using house = await openHouse({ index, policy, store });
    await house.walked();
    await house.fetch(FROG.filename);
    await house.fetch(source.filename);
  }
  await using house = await openHouse({ index, policy, store });
  await house.walked();
  await expect(house.fetch(NEWT.filename)).rejects.toThrow('module/taken');
});

test('of two that are admitted at once one is', async () => {
  await using index = await startFakeIndex({ artifacts: [FROG, NEWT] });
  await using house = await openHouse({ index, policy: POLICY });
  await house.walked();
  const outcomes = await Promise.allSettled([
    house.fetch(FROG.filename),
    house.fetch(NEWT.filename),
  ]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('of two processes on one store the first in the ledger keeps the name', async () => {
  await using index = await startFakeIndex({ artifacts: [FROG, NEWT] });
  const store = openMemoryStore();
  await using one = await openHouse({ index, policy: POLICY, store });
  await using other = await openHouse({ index, policy: POLICY, store });
  await one.walked();
  await other.walked();
  await one.fetch(FROG.filename);
  await expect(other.fetch(NEWT.filename)).rejects.toThrow('module/taken');
});

test('while names of what was admitted before are not known, nothing new is admitted', async () => {
  const store = openMemoryStore();
  await using index = await startFakeIndex({ artifacts: [FROG, NEWT] });
  {
    await using house = await openHouse({ index, policy: POLICY, store });
    await house.walked();
    await house.fetch(FROG.filename);
  }
  // As a program leaves it that read no members.
  const stored = await readEvidence(store, parseSha256(FROG.sha256));
  if (stored?.evidence.kind !== 'wheel') throw new Error('there is no evidence');
  const { contents: _, ...old } = stored.evidence;
  await store.remove(objectKey('evidence', FROG.sha256, `${EXTRACTOR}`));
  await saveEvidence(store, { ...old, extractor: 1 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow: ObjectStore = {
    ...store,
    async open(key, range) {
      if (key === blobKey(parseSha256(FROG.sha256))) await promise;
      return store.open(key, range);
    },
  };
  await using house = await openHouse({ index, policy: POLICY, store: slow });
  await house.walked();
  setTimeout(resolve, 500);
  await expect(house.fetch(NEWT.filename)).rejects.toThrow('module/taken');
});
