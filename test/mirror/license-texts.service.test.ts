import licenses from 'spdx-license-list/full.js';
import { expect, test } from 'vitest';

import { ORDINARY_CACHE, startFakeIndex } from '../fakes/upstream.ts';
import { openHouse } from '../fixtures/house.ts';
import { buildWheel, type WheelPlan } from '../fixtures/wheels.ts';

const BSD = licenses['BSD-3-Clause']?.licenseText ?? '';

function policyOf(...allow: readonly string[]): string {
  return `version: 1
targets: { python: ["3.12"], platforms: [manylinux_2_28_x86_64] }
packages: { allow: [frog] }
licenses: { allow: [${allow.join(', ')}] }
versions: { min-age: 0d }
`;
}

const THREE_CLAUSES = policyOf('BSD-3-Clause');

/** Its metadata say "BSD License", which may be any of five. */
function frog(text: string, plan: Partial<WheelPlan> = {}) {
  return buildWheel({
    name: 'frog',
    version: '1.0',
    classifiers: ['License :: OSI Approved :: BSD License'],
    extraMembers: { 'frog-1.0.dist-info/licenses/LICENSE': text },
    ...plan,
  });
}

test.each([
  ['beside a sidecar', { sidecars: true }, 3],
  ['where only ranges give METADATA', ORDINARY_CACHE, 3],
])('a listing reads the text that it needs, %s, and no more', async (_, options, mostRequests) => {
  const wheel = frog(BSD, { sizeBytes: 21_000_000 });
  await using index = await startFakeIndex({ artifacts: [wheel], ...options });
  await using house = await openHouse({ index, policy: THREE_CLAUSES });
  await house.walked();
  expect(await house.versions('frog')).toEqual({ approved: ['1.0'], refused: [] });

  const ranges = index.requests.flatMap(({ url, headers }) =>
    url.endsWith('.whl') && headers.range !== undefined ? [headers.range] : [],
  );
  expect(ranges.length).toBeGreaterThan(0);
  expect(ranges.length).toBeLessThanOrEqual(mostRequests);
  const read = ranges
    .map((range) => /^bytes=(\d+)-(\d+)$/.exec(range))
    .reduce((sum, match) => sum + Number(match?.[2]) - Number(match?.[1]) + 1, 0);
  expect(read).toBeLessThan(0.005 * wheel.bytes.length);
  expect((await house.fetch(wheel.filename)).length).toBe(wheel.bytes.length);
});

test('what its text does not settle is for a person', async () => {
  await using index = await startFakeIndex({
    artifacts: [frog('Ask the author.')],
    sidecars: true,
  });
  await using house = await openHouse({ index, policy: THREE_CLAUSES });
  await house.walked();
  const { artifacts } = await house.explain('frog', '1.0');
  expect(artifacts[0]?.findings.map(({ code }) => code)).toContain('license/ambiguous');
});

test('where the policy allows all that the metadata may mean, no text is read', async () => {
  await using index = await startFakeIndex({ artifacts: [frog(BSD)], sidecars: true });
  const all = policyOf('0BSD', 'BSD-1-Clause', 'BSD-2-Clause', 'BSD-3-Clause', 'BSD-4-Clause');
  await using house = await openHouse({ index, policy: all });
  await house.walked();
  expect((await house.versions('frog')).approved).toEqual(['1.0']);
  expect(index.countOf(/\.whl$/)).toBe(0);
});

test('a policy that needs the text has it read', async () => {
  await using index = await startFakeIndex({ artifacts: [frog(BSD)], sidecars: true });
  const all = policyOf('0BSD', 'BSD-1-Clause', 'BSD-2-Clause', 'BSD-3-Clause', 'BSD-4-Clause');
  await using house = await openHouse({ index, policy: all });
  await house.walked();
  await house.activate(THREE_CLAUSES);
  await house.walked();
  expect((await house.versions('frog')).approved).toEqual(['1.0']);
  expect(index.countOf(/\.whl$/)).toBeGreaterThan(0);
});

test('a text that was read is remembered', async () => {
  await using index = await startFakeIndex({ artifacts: [frog(BSD)], sidecars: true });
  const first = await openHouse({ index, policy: THREE_CLAUSES });
  await first.walked();
  await first[Symbol.asyncDispose]();
  index.forgetRequests();
  await using house = await openHouse({ index, policy: THREE_CLAUSES, store: first.store });
  await house.walked();
  expect((await house.versions('frog')).approved).toEqual(['1.0']);
  expect(index.countOf(/\.whl$/)).toBe(0);
});

test('a text that cannot be had refuses, and the walk ends', async () => {
  await using index = await startFakeIndex({ artifacts: [frog(BSD)], sidecars: true });
  index.fault({ match: /\.whl$/, kind: 'status', status: 404 });
  await using house = await openHouse({ index, policy: THREE_CLAUSES });
  await house.walked();
  expect(await house.versions('frog')).toEqual({ approved: [], refused: ['1.0'] });
});

test('without ranges the whole wheel is read', async () => {
  await using index = await startFakeIndex({
    artifacts: [frog(BSD)],
    sidecars: true,
    ranges: false,
  });
  await using house = await openHouse({ index, policy: THREE_CLAUSES });
  await house.walked();
  expect((await house.versions('frog')).approved).toEqual(['1.0']);
});
