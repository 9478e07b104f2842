import { describe, expect, test } from 'vitest';

import { DAY_MS } from '../../src/model/time.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { openFaultyStore } from '../fakes/faulty-store.ts';
import type { FakeArtifact } from '../fakes/pages.ts';
import { ORDINARY_CACHE, startFakeIndex } from '../fakes/upstream.ts';
import { type House, mitWheel, NOON, openHouse, policyText } from '../fixtures/house.ts';
import { buildWheel } from '../fixtures/wheels.ts';

const FROG = [
  mitWheel({ name: 'frog', version: '1.0', requiresDist: ['pond>=1'] }),
  mitWheel({ name: 'frog', version: '2.0', requiresDist: ['pond>=2'] }),
];
const POND = [
  mitWheel({ name: 'pond', version: '1.0' }),
  mitWheel({ name: 'pond', version: '2.0', requiresDist: ['water'] }),
  buildWheel({ name: 'water', version: '1.0', licenseExpression: 'GPL-3.0-only' }),
];
const MOSS = mitWheel({ name: 'moss', version: '1.0' });

describe('what a page shows', () => {
  test('an approved project, with what it needs, as far as all needs are approved', async () => {
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND] });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    expect(await house.versions('frog')).toEqual({ approved: ['1.0'], refused: ['2.0'] });
    expect(await house.versions('pond')).toEqual({ approved: ['1.0'], refused: ['2.0'] });
  });

  test('a refused version is hidden behind a yank; of a project with nothing approved it stands open', async () => {
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND] });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    const frog = (await house.view('frog')).entries.find(({ version }) => version === '2.0');
    expect(frog).toMatchObject({ kind: 'refused', hidden: true });
    const water = (await house.view('water')).entries;
    expect(water).toMatchObject([{ kind: 'refused', version: '1.0' }]);
    expect(water[0]?.hidden).toBeUndefined();
    expect(water[0]?.findings.map(({ code }) => code)).toContain('license/not-allowed');
  });

  test('a name that nothing needs is looked up, so that its refusal can say more', async () => {
    await using index = await startFakeIndex({ artifacts: [MOSS] });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    expect((await house.view('moss')).entries).toMatchObject([
      { kind: 'refused', version: '1.0', findings: [{ code: 'closure/not-needed' }] },
    ]);
    expect((await house.view('nowhere')).entries).toMatchObject([
      {
        kind: 'tombstone',
        version: '0+not.approved.by.policy',
        uploadTime: '1970-01-01T00:00:00.000000Z',
        findings: [
          {
            code: 'closure/not-needed',
            message: 'nowhere is not approved: upstream has no project nowhere',
          },
        ],
      },
    ]);
    await house.view('nowhere');
    expect(index.countOf(/nowhere/)).toBe(1);
  });

  test('what nobody asked for is not approved in the first place, whatever else is wrong with it', async () => {
    const source = sdist('moss-1.0.tar.gz');
    const young = {
      ...mitWheel({ name: 'fern', version: '1.0' }),
      uploadTime: '2026-11-24T12:00:00Z',
    };
    await using index = await startFakeIndex({ artifacts: [source, young] });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    for (const [name, other] of [
      ['moss', 'format/denied'],
      ['fern', 'age/too-young'],
    ] as const) {
      const codes = (await house.view(name)).entries[0]?.findings.map(({ code }) => code);
      expect(codes).toEqual(['closure/not-needed', other]);
    }
  });

  test.each([
    ['frgo', 'frgo is not approved: upstream has no project frgo; did you mean frog?'],
    [
      'pont',
      'pont is not approved; did you mean pond? packages.allow has no entry for it, and no approved package needs it',
    ],
  ])('a name like %s is answered with the approved one that is near', async (name, message) => {
    const pont = mitWheel({ name: 'pont', version: '1.0' });
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND, pont] });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    expect((await house.view(name)).entries[0]?.findings[0]?.message).toBe(message);
    expect((await house.explain(name)).findings[0]?.message).toBe(message);
  });

  test('an entry of which nothing can be listed says why', async () => {
    const windows = mitWheel({ name: 'moss', version: '1.0', tags: 'cp312-cp312-win_amd64' });
    await using index = await startFakeIndex({ artifacts: [windows] });
    await using house = await openHouse({ index, policy: policyText(['frog', 'moss']) });
    await house.walked();
    expect((await house.view('frog')).entries).toMatchObject([
      {
        kind: 'tombstone',
        findings: [
          {
            code: 'record/missing',
            message: 'frog is not approved: upstream has no project frog',
          },
        ],
      },
    ]);
    expect((await house.view('moss')).entries).toMatchObject([
      { kind: 'tombstone', findings: [{ code: 'target/no-platform' }] },
    ]);
  });

  test('an sdist hides the reason of no wheel', async () => {
    const wheel = mitWheel({
      name: 'frog',
      version: '3.0',
      requiresDist: ['water'],
      tags: 'cp312-cp312-manylinux_2_28_x86_64',
    });
    const source = sdist('frog-3.0.tar.gz');
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND, wheel, source] });
    await using house = await openHouse({
      index,
      policy: policyText(['frog']).replace('["3.12"]', '["3.11", "3.12"]'),
    });
    await house.walked();
    const newest = (await house.view('frog')).entries.filter(({ version }) => version === '3.0');
    expect(newest.map(({ filename }) => filename)).toEqual([wheel.filename]);
  });

  test('a denied name is never asked upstream', async () => {
    await using index = await startFakeIndex({ artifacts: [MOSS] });
    const policy = `version: 1
targets: { python: ["3.12"], platforms: [manylinux_2_28_x86_64] }
packages: { allow: [], deny: [{ name: moss, reason: slippery }] }
`;
    await using house = await openHouse({ index, policy });
    const { entries } = await house.view('moss');
    expect(entries).toMatchObject([{ kind: 'tombstone', findings: [{ code: 'package/denied' }] }]);
    expect(index.countOf(/moss/)).toBe(0);
  });
});

describe('the walk', () => {
  test('asks for a page once, and for metadata of what can be served only', async () => {
    const many = Array.from({ length: 30 }, (_, minor) =>
      mitWheel({ name: 'frog', version: `1.${minor}` }),
    );
    await using index = await startFakeIndex({ artifacts: many });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    expect(index.countOf(/simple\/frog/)).toBe(1);
    expect(index.countOf(/\.metadata/)).toBe(5);
    expect((await house.versions('frog')).approved).toEqual([
      '1.25',
      '1.26',
      '1.27',
      '1.28',
      '1.29',
    ]);
  });

  test('computes the cone of a page that is asked for early, with no more requests than it has', async () => {
    const others = Array.from({ length: 40 }, (_, index) =>
      mitWheel({ name: `other${index}`, version: '1.0' }),
    );
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND, ...others] });
    const policy = policyText([...others.map(({ project }) => project), 'frog']);
    index.fault({ match: /other/, kind: 'delay', delayMs: 400 });
    await using house = await openHouse({ index, policy });
    const started = performance.now();
    expect((await house.versions('frog')).approved).toEqual(['1.0']);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(index.countOf(/(frog|pond|water)/)).toBe(3 + 5);
  });

  test.each([
    ['with sidecars', {}],
    ['as an ordinary cache answers', ORDINARY_CACHE],
    ['in HTML only', { form: 'html' as const }],
    ['with files on another host', { separateFileHost: true }],
  ])('reads an upstream %s', async (_name, options) => {
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND], ...options });
    await using house = await openHouse({
      index,
      policy: policyText(['frog'], 'versions: { min-age: 0d }'),
    });
    expect((await house.versions('frog')).approved).toEqual(['1.0']);
    expect(
      Buffer.compare(
        await house.fetch('frog-1.0-py3-none-any.whl'),
        FROG[0]?.bytes ?? new Uint8Array(),
      ),
    ).toBe(0);
  });

  test('goes on without a project that upstream does not answer for, and says so', async () => {
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND, MOSS] });
    index.fault({ match: /simple\/pond/, kind: 'status', status: 404 });
    await using house = await openHouse({ index, policy: policyText(['frog', 'moss']) });
    await house.walked();
    expect((await house.versions('moss')).approved).toEqual(['1.0']);
    expect(
      (await house.explain('frog', '1.0')).findings.map(({ message }) => message).join(),
    ).toContain('upstream has no project pond');
  });
});

describe('a catalogue', () => {
  test('is the same for the same inputs, in another process and after it was deleted', async () => {
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND] });
    const digests = [];
    for (let round = 0; round < 2; round += 1) {
      await using house = await openHouse({ index, policy: policyText(['frog']) });
      await house.walked();
      digests.push(house.mirror.ledger.head().state.catalogues['default']);
    }
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
  });

  test('answers after a restart without asking upstream, also when upstream is away', async () => {
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND] });
    const first = await openHouse({ index, policy: policyText(['frog']) });
    await first.walked();
    await first.fetch('frog-1.0-py3-none-any.whl');
    const { store } = first;
    await first[Symbol.asyncDispose]();
    index.forgetRequests();
    await index.stop();
    await using house = await openHouse({ index, policy: policyText(['frog']), store });
    expect((await house.versions('frog')).approved).toEqual(['1.0']);
    expect((await house.fetch('frog-1.0-py3-none-any.whl')).length).toBe(FROG[0]?.bytes.length);
    expect(index.requests).toEqual([]);
  });

  test('enters nothing when nothing changed', async () => {
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND] });
    const first = await openHouse({ index, policy: policyText(['frog']) });
    await first.walked();
    const before = first.mirror.ledger.head().size;
    await first[Symbol.asyncDispose]();
    await using house = await openHouse({
      index,
      policy: policyText(['frog']),
      store: first.store,
    });
    await house.walked();
    await house.view('frog');
    expect(house.mirror.ledger.head().size).toBe(before);
  });
});

describe('time', () => {
  test('approves what is old enough, and not before', async () => {
    const young = {
      ...mitWheel({ name: 'frog', version: '3.0' }),
      uploadTime: '2026-11-20T12:00:00Z',
    };
    await using index = await startFakeIndex({
      artifacts: [young, mitWheel({ name: 'frog', version: '1.0' })],
    });
    await using house = await openHouse({ index, policy: policyText(['frog']), now: NOON });
    await house.walked();
    expect(await house.versions('frog')).toEqual({ approved: ['1.0'], refused: ['3.0'] });
    house.advance(3 * DAY_MS);
    await until(house, async () => (await house.versions('frog')).approved.includes('3.0'));
  });
});

describe('a changed policy', () => {
  test('takes effect at once where it denies, and with its catalogue where it approves', async () => {
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND, MOSS] });
    await using house = await openHouse({ index, policy: policyText(['frog', 'moss']) });
    await house.walked();
    expect((await house.versions('moss')).approved).toEqual(['1.0']);
    await house.activate(policyText(['frog', 'moss >=2']));
    expect((await house.versions('moss')).approved).toEqual([]);
    await house.walked();
    await house.activate(policyText(['frog', 'moss']));
    await until(house, async () => (await house.versions('moss')).approved.includes('1.0'));
  });

  test('that no longer names a project takes it away with its catalogue', async () => {
    await using index = await startFakeIndex({ artifacts: [...FROG, ...POND, MOSS] });
    await using house = await openHouse({ index, policy: policyText(['frog', 'moss']) });
    await house.walked();
    await house.activate(policyText(['frog']));
    await until(house, async () => (await house.versions('moss')).approved.length === 0);
    expect((await house.versions('frog')).approved).toEqual(['1.0']);
  });
});

describe('the walk', () => {
  test('goes on after the store could not be written', async () => {
    await using index = await startFakeIndex({ artifacts: [MOSS] });
    let failuresLeft = 0;
    let failures = 0;
    const store = openFaultyStore(openMemoryStore(), ({ operation, key }) => {
      if (operation !== 'swapPointer' || key !== 'head' || failuresLeft === 0) return 'none';
      failuresLeft -= 1;
      failures += 1;
      return 'fail';
    });
    await using house = await openHouse({ index, policy: policyText(['frog']), store });
    await house.walked();
    await house.activate(policyText(['moss']));
    // More than the ledger tries by itself.
    failuresLeft = 3;
    // Nobody asks for a page, which would seal by itself.
    await house.walked();
    expect(failures).toBe(3);
    expect((await house.versions('moss')).approved).toEqual(['1.0']);
  });
});

/** Asks until it holds; fails by the test's own time-out. */
async function until(_house: House, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Nobody opens it. */
function sdist(filename: string): FakeArtifact {
  return { filename, bytes: Buffer.from(filename) };
}
