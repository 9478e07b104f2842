import { describe, expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { FakeArtifact } from '../fakes/pages.ts';
import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { type House, mitWheel, openHouse, policyText } from '../fixtures/house.ts';

/** The public index, and one beside it: a company's own, or one that builds the same names otherwise. */
interface Indexes extends AsyncDisposable {
  readonly pypi: FakeIndex;
  readonly other: FakeIndex;
}

async function startIndexes(
  pypiHas: readonly FakeArtifact[],
  otherHas: readonly FakeArtifact[],
): Promise<Indexes> {
  await using stack = new AsyncDisposableStack();
  const pypi = stack.use(await startFakeIndex({ artifacts: pypiHas }));
  const other = stack.use(await startFakeIndex({ artifacts: otherHas }));
  const open = stack.move();
  return { pypi, other, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** A policy that asks the public index first; the other source has an address unless told otherwise. */
function policyOf(
  allow: readonly string[],
  { other, claims = [] }: { readonly other?: FakeIndex; readonly claims?: readonly string[] },
): string {
  const source = JSON.stringify({
    kind: 'pypi',
    claims,
    ...(other === undefined ? {} : { url: other.url }),
  });
  return policyText(allow).replace(
    'sources: { pypi: { kind: pypi } }',
    `sources: { pypi: { kind: pypi }, internal: ${source} }`,
  );
}

async function sourcesIn(house: House, project: string): Promise<readonly string[]> {
  const { entries } = await house.view(project);
  return entries.map(({ kind, version }) => `${kind} ${version}`);
}

const PUBLIC = mitWheel({ name: 'frog', version: '3.0' });
const OWN = mitWheel({ name: 'frog', version: '1.0+own' });

describe('a name that no source claims', () => {
  test('comes from the first source that has it, and from that one alone', async () => {
    await using indexes = await startIndexes([PUBLIC], [OWN]);
    const policy = policyOf(['frog'], { other: indexes.other });
    await using house = await openHouse({ index: indexes.pypi, policy });
    await house.walked();
    expect(await sourcesIn(house, 'frog')).toEqual(['approved 3.0']);
    expect(indexes.other.countOf(/frog/)).toBe(0);
  });

  test('comes from the next source when the first has no such project', async () => {
    await using indexes = await startIndexes([], [OWN]);
    const policy = policyOf(['frog'], { other: indexes.other });
    await using house = await openHouse({ index: indexes.pypi, policy });
    await house.walked();
    expect(await sourcesIn(house, 'frog')).toEqual(['approved 1.0+own']);
    expect(await house.fetch(OWN.filename)).toEqual(Buffer.from(OWN.bytes));
  });

  test('comes from nowhere while the first source fails: the next one must not take its place', async () => {
    await using indexes = await startIndexes([PUBLIC], [OWN]);
    indexes.pypi.fault({ kind: 'status', match: /simple\/frog/, status: 500 });
    const policy = policyOf(['frog'], { other: indexes.other });
    await using house = await openHouse({ index: indexes.pypi, policy });
    await house.walked();
    expect(await sourcesIn(house, 'frog')).toEqual(['tombstone 0+not.approved.by.policy']);
    expect(indexes.other.countOf(/frog/)).toBe(0);
  });

  test('stays where it was found first, also after a restart and when it is gone there', async () => {
    await using indexes = await startIndexes([], [OWN]);
    const { pypi, other } = indexes;
    const policy = policyOf(['frog'], { other });
    const store = openMemoryStore();
    {
      await using house = await openHouse({ index: pypi, policy, store });
      await house.walked();
      await house.fetch(OWN.filename);
    }
    // A stranger registers the name at the public index, and the company takes its own away.
    pypi.add(PUBLIC);
    other.remove(OWN.filename);
    await using house = await openHouse({ index: pypi, policy, store, now: LATER });
    await house.walked();
    await asked(other, /simple\/frog/);
    expect(pypi.countOf(/frog/)).toBe(1);
    expect(await sourcesIn(house, 'frog')).toEqual(['approved 1.0+own']);
  });

  test('that no approved package needs is looked up in the same order', async () => {
    await using indexes = await startIndexes([], [OWN]);
    const policy = policyOf(['toad'], { other: indexes.other });
    await using house = await openHouse({ index: indexes.pypi, policy });
    await house.walked();
    expect(await sourcesIn(house, 'frog')).toEqual(['refused 1.0+own']);
  });
});

describe('a claimed name', () => {
  test('comes from its source alone, however much newer another one has it', async () => {
    const cpu = mitWheel({ name: 'torch', version: '2.9.1+cpu' });
    const cuda = mitWheel({ name: 'torch', version: '2.10.0' });
    await using indexes = await startIndexes([cuda], [cpu]);
    const { pypi, other } = indexes;
    for (const allow of ['torch >=2.6,<3', 'torch ==2.9.1+cpu', 'torch ==2.9.1', 'torch']) {
      const policy = policyOf([allow], { other, claims: ['torch', 'torchvision'] });
      await using house = await openHouse({ index: pypi, policy });
      await house.walked();
      expect(await sourcesIn(house, 'torch')).toEqual(['approved 2.9.1+cpu']);
      expect(await house.fetch(cpu.filename)).toEqual(Buffer.from(cpu.bytes));
    }
    expect(pypi.countOf(/torch/)).toBe(0);
  });

  test('is what a package of another source needs', async () => {
    const needs = mitWheel({ name: 'toad', version: '1.0', requiresDist: ['frog<2'] });
    await using indexes = await startIndexes([needs, PUBLIC], [OWN]);
    const policy = policyOf(['toad'], { other: indexes.other, claims: ['frog'] });
    await using house = await openHouse({ index: indexes.pypi, policy });
    await house.walked();
    expect(await sourcesIn(house, 'toad')).toEqual(['approved 1.0']);
    expect(await sourcesIn(house, 'frog')).toEqual(['approved 1.0+own']);
  });

  test.each([
    ['has no such project', (_other: FakeIndex) => {}],
    ['fails', (other: FakeIndex) => other.fault({ kind: 'status', match: /frog/, status: 500 })],
  ])('is not looked for elsewhere when its source %s', async (_what, spoil) => {
    await using indexes = await startIndexes([PUBLIC], []);
    const { pypi, other } = indexes;
    spoil(other);
    const policy = policyOf(['frog'], { other, claims: ['frog'] });
    await using house = await openHouse({ index: pypi, policy });
    await house.walked();
    expect(await sourcesIn(house, 'frog')).toEqual(['tombstone 0+not.approved.by.policy']);
    expect(pypi.countOf(/frog/)).toBe(0);
  });

  test('is refused where its source has no address, and asked nowhere', async () => {
    await using indexes = await startIndexes([PUBLIC], [OWN]);
    const policy = policyOf(['frog'], { claims: ['frog'] });
    await using house = await openHouse({ index: indexes.pypi, policy });
    await house.walked();
    const { entries } = await house.view('frog');
    expect(entries[0]?.findings).toMatchObject([
      {
        code: 'package/claimed',
        message:
          'frog comes from the source internal only, which claims its name and is not asked here',
      },
    ]);
    expect(indexes.pypi.countOf(/frog/)).toBe(0);
  });
});

describe('a change of claims', () => {
  test('moves a name at once: what was admitted from elsewhere is refused, and the claimed takes its place', async () => {
    await using indexes = await startIndexes([PUBLIC], [OWN]);
    const { pypi, other } = indexes;
    await using house = await openHouse({ index: pypi, policy: policyOf(['frog'], { other }) });
    await house.walked();
    await house.fetch(PUBLIC.filename);
    const moved = policyOf(['frog'], { other, claims: ['frog'] });
    await house.activate(moved);
    await expect(house.fetch(PUBLIC.filename)).rejects.toThrow('not listed');
    const opened = await house.mirror.open({
      project: parseProjectName('frog'),
      filename: PUBLIC.filename,
      sha256: parseSha256(PUBLIC.sha256),
    });
    expect(opened.kind).not.toBe('approved');
    await house.walked();
    expect(await sourcesIn(house, 'frog')).toEqual(['approved 1.0+own']);
    // And back again: the records of both sources were kept.
    await house.activate(policyOf(['frog'], { other }));
    await house.walked();
    expect(await sourcesIn(house, 'frog')).toEqual(['approved 3.0']);
    expect(await house.fetch(PUBLIC.filename)).toEqual(Buffer.from(PUBLIC.bytes));
  });

  test('holds for a mirror that starts with it on a store that knows the name from elsewhere', async () => {
    await using indexes = await startIndexes([PUBLIC], [OWN]);
    const { pypi, other } = indexes;
    const store = openMemoryStore();
    {
      await using house = await openHouse({
        index: pypi,
        policy: policyOf(['frog'], { other }),
        store,
      });
      await house.walked();
      await house.fetch(PUBLIC.filename);
    }
    const policy = policyOf(['frog'], { other, claims: ['frog'] });
    await using house = await openHouse({ index: pypi, policy, store });
    await house.walked();
    expect(await sourcesIn(house, 'frog')).toEqual(['approved 1.0+own']);
  });
});

const LATER = Date.parse('2026-11-27T12:00:00Z');

/** Resolves when an index was asked for something. */
async function asked(index: FakeIndex, pattern: RegExp): Promise<void> {
  const before = index.countOf(pattern);
  while (index.countOf(pattern) === before) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('a source that gives no hashes', () => {
  const BARE = [withoutHash('1.0'), withoutHash('2.0')];

  test('is refused, unless the policy takes the hash of the bytes that are first seen', async () => {
    await using index = await startFakeIndex({ artifacts: BARE });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    expect(await sourcesIn(house, 'frog')).toEqual(['tombstone 0+not.approved.by.policy']);
    await house.activate(firstSeen(['frog']));
    await house.walked();
    expect(await sourcesIn(house, 'frog')).toEqual(['approved 1.0', 'approved 2.0']);
    expect(await house.fetch(BARE[0]?.filename ?? '')).toEqual(Buffer.from(BARE[0]?.bytes ?? []));
  });

  test('is fetched once for it, and only what the policy could approve', async () => {
    await using index = await startFakeIndex({ artifacts: BARE });
    const store = openMemoryStore();
    const policy = firstSeen(['frog >=2']);
    for (const now of [undefined, LATER]) {
      await using house = await openHouse({ index, policy, store, ...(now && { now }) });
      await house.walked();
      expect(await sourcesIn(house, 'frog')).toEqual(['approved 2.0']);
    }
    expect(index.countOf(/^GET .*frog-2\.0-py3-none-any\.whl$/)).toBe(1);
    expect(index.countOf(/^GET .*frog-1\.0-py3-none-any\.whl$/)).toBe(0);
  });

  test('whose bytes change after they were first seen gets nothing served', async () => {
    await using index = await startFakeIndex({ artifacts: BARE });
    await using house = await openHouse({ index, policy: firstSeen(['frog']) });
    await house.walked();
    const [first] = BARE;
    if (first === undefined) throw new Error('there are two');
    const other = mitWheel({ name: 'frog', version: '1.0', requiresDist: ['evil'] });
    index.replaceBytes(first.filename, other.bytes);
    await expect(house.fetch(first.filename)).rejects.toThrow('expected 899 bytes, got 917');
  });
});

function firstSeen(allow: readonly string[]): string {
  return policyText(allow).replace('{ kind: pypi }', '{ kind: pypi, hashes: first-seen }');
}

function withoutHash(version: string): FakeArtifact {
  return { ...mitWheel({ name: 'frog', version }), sha256: undefined };
}
