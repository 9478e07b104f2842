import { pino } from 'pino';
import { describe, expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { DAY_MS, HOUR_MS } from '../../src/model/time.ts';
import { createServer } from '../../src/proxy/server.ts';
import { blobKey } from '../../src/store/blobs.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { objectKey, type ObjectStore } from '../../src/store/object-store.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { type House, NOON, mitWheel, openHouse, policyText } from '../fixtures/house.ts';
import { buildWheel } from '../fixtures/wheels.ts';

const FROG = mitWheel({ name: 'frog', version: '1.0' });
const MOSS = mitWheel({ name: 'moss', version: '1.0' });
const TOAD = 'toad-1.0-py3-none-any.whl';
const TWO_S = 2000;

describe('a policy that no longer names a project', () => {
  test('takes it away within two seconds although upstream hangs', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG, MOSS] });
    await using house = await openHouse({ index, policy: policyText(['frog', 'moss']) });
    await house.walked();
    index.forgetRequests();
    index.fault({ match: /simple/, kind: 'hang' });
    house.advance(2 * HOUR_MS);
    await within(5000, async () => index.countOf(/simple/) > 0);
    await house.activate(policyText(['frog']));
    await within(TWO_S, async () => (await house.versions('moss')).approved.length === 0);
  });

  test('takes it away although a new name hangs upstream', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG, MOSS] });
    await using house = await openHouse({ index, policy: policyText(['frog', 'moss']) });
    await house.walked();
    index.fault({ match: /simple\/newt/, kind: 'hang' });
    await house.activate(policyText(['frog', 'moss', 'newt']));
    await within(5000, async () => index.countOf(/simple\/newt/) > 0);
    await house.activate(policyText(['frog', 'newt']));
    await new Promise((resolve) => setTimeout(resolve, TWO_S / 2));
    const page = await Promise.race([
      house.mirror.page(parseProjectName('moss')),
      new Promise<'waiting'>((resolve) => setTimeout(resolve, TWO_S / 2, 'waiting')),
    ]);
    const entries = page === 'waiting' ? [] : page.entries;
    expect(entries.filter(({ kind }) => kind === 'approved')).toEqual([]);
  });

  test('takes it away although its own entry reaches the ledger late', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG, MOSS] });
    const store = slowPolicies(openMemoryStore());
    await using house = await openHouse({ index, policy: policyText(['frog', 'moss']), store });
    await house.walked();
    await house.activate(policyText(['frog']));
    await within(TWO_S, async () => (await house.versions('moss')).approved.length === 0);
  });
});

describe('names that the policy keeps from upstream', () => {
  test('are not asked for when an approved package needs them', async () => {
    const artifacts = [
      mitWheel({ name: 'frog', version: '1.0', requiresDist: ['acme-secret'] }),
      mitWheel({ name: 'frog', version: '0.9', requiresDist: ['moss'] }),
      mitWheel({ name: 'frog', version: '0.8' }),
      MOSS,
    ];
    await using index = await startFakeIndex({ artifacts });
    const policy = `version: 1
sources: { pypi: { kind: pypi }, internal: { kind: pypi, claims: ["acme-*"] } }
targets: { python: ["3.12"], platforms: [manylinux_2_28_x86_64] }
packages: { allow: [frog], deny: [{ name: moss, reason: slippery }] }
licenses: { allow: [MIT] }
dependencies: { closure: follow }
`;
    await using house = await openHouse({ index, policy });
    await house.walked();
    expect((await house.versions('frog')).approved).toEqual(['0.8']);
    expect(index.countOf(/acme-secret|moss/)).toBe(0);
    house.advance(2 * HOUR_MS);
    await house.activate(policyText(['frog']));
    await within(5000, async () => (await house.versions('frog')).approved.includes('0.9'));
  });
});

describe('what a crash leaves', () => {
  test('a damaged piece of a catalogue counts as absent', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    const first = await openHouse({ index, policy: policyText(['frog']) });
    await first.walked();
    const { store } = first;
    const digest = first.mirror.ledger.head().state.catalogues['default'];
    await first[Symbol.asyncDispose]();
    if (digest === undefined) throw new Error('nothing was sealed');
    await store.remove(blobKey(digest));
    await store.put(blobKey(digest), Buffer.from('{"format":"gateho'), { durability: 'lazy' });
    await using house = await openHouse({ index, policy: policyText(['frog']), store });
    await house.walked();
    expect((await house.versions('frog')).approved).toEqual(['1.0']);
  });

  test('metadata that was lost is unknown, and unknown is no pass', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    const first = await openHouse({ index, policy: policyText(['frog']) });
    await first.walked();
    const { store } = first;
    await first[Symbol.asyncDispose]();
    await index.stop();
    for (const key of await Array.fromAsync(store.list(objectKey('provisional'))))
      await store.remove(key);
    await using house = await openHouse({ index, policy: policyText(['frog']), store });
    const { entries } = await house.view('frog');
    expect(entries).toMatchObject([{ kind: 'refused' }]);
    expect(entries[0]?.findings.map(({ code }) => code)).toContain('metadata/missing');
  });
});

describe('the same bytes under two names', () => {
  test('are two subjects, the impostor first', () => twoNames([TOAD, FROG.filename]));
  test('are two subjects, the true one first', () => twoNames([FROG.filename, TOAD]));
});

/** Asks for the bytes under both names, and again after a restart. */
async function twoNames(names: readonly string[]): Promise<void> {
  const metadata = mitWheel({ name: 'toad', version: '1.0' }).metadata;
  await using index = await startFakeIndex({
    artifacts: [FROG, { filename: TOAD, bytes: FROG.bytes, metadata }],
  });
  const policy = policyText(['frog', 'toad']);
  await using house = await openHouse({ index, policy });
  await house.walked();
  const sizes: number[] = [];
  for (const filename of names) sizes.push(await sizeOf(house, filename));
  expect(sizes).toEqual(names.map((filename) => (filename === TOAD ? 0 : FROG.bytes.length)));
  await using again = await openHouse({ index, policy, store: house.store });
  await again.walked();
  expect((await again.versions('frog')).approved).toEqual(['1.0']);
  expect((await again.versions('toad')).approved).toEqual([]);
}

/** Of what is served; nothing: 0. */
async function sizeOf(house: House, filename: string): Promise<number> {
  try {
    return (await house.fetch(filename)).length;
  } catch {
    return 0;
  }
}

describe('two processes on one store', () => {
  test('a page changes before the file answers what another process found out', async () => {
    const truth = buildWheel({
      name: 'frog',
      version: '1.0',
      licenseExpression: 'MIT',
      classifiers: ['Topic :: Other'],
    });
    const liar = { filename: truth.filename, bytes: truth.bytes, metadata: FROG.metadata };
    await using index = await startFakeIndex({ artifacts: [liar] });
    await using one = await openHouse({ index, policy: policyText(['frog']) });
    await one.walked();
    await using two = await openHouse({ index, policy: policyText(['frog']), store: one.store });
    await two.walked();
    await using shown = serve(one);
    expect(await shown.listed('frog')).toEqual([truth.filename]);
    expect(await sizeOf(two, truth.filename)).toBe(0);
    const file = await shown.app.inject(`/pypi/files/frog/${truth.sha256}/${truth.filename}`);
    expect(file.statusCode).toBe(403);
    expect(await shown.listed('frog')).toEqual([]);
  });

  test('a question about an edited policy is not answered by the catalogue of the old one', async () => {
    await using index = await startFakeIndex({
      artifacts: [FROG, mitWheel({ name: 'frog', version: '2.0' })],
    });
    await using server = await openHouse({ index, policy: policyText(['frog <2']) });
    await server.walked();
    await using ask = await openHouse({
      index,
      policy: policyText(['frog']),
      store: server.store,
      mode: 'ask',
    });
    expect((await ask.explain('frog', '2.0')).verdict).toBe('approve');
    await server.activate(policyText(['moss']));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await ask.explain('frog', '2.0')).verdict).toBe('approve');
  });
});

describe('what is said of a refusal', () => {
  test('the nearest approved version is one that the gate passes now', async () => {
    await using index = await startFakeIndex({
      artifacts: [FROG, mitWheel({ name: 'frog', version: '2.0' })],
    });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    const what = { kind: 'release', project: parseProjectName('frog'), version: '2.0' } as const;
    const revoked = house.mirror.revoke({ what, reason: 'bad', actor: 'tester', time: NOON });
    expect(await house.explain('frog', '2.0')).toMatchObject({
      nearestApproved: '1.0',
      nearestTargets: ['3.12/manylinux_2_28_x86_64'],
    });
    await revoked;
    expect((await house.explain('frog')).nearestApproved).toBe('1.0');
  });

  test('an artifact that its page does not show is not said to have no entry', async () => {
    const artifacts = ['1.0', '2.0', '3.0', '4.0', '5.0', '6.0'].flatMap((version) => [
      mitWheel({ name: 'frog', version }),
      mitWheel({ name: 'frog', version, tags: 'cp312-cp312-manylinux_2_28_x86_64' }),
    ]);
    await using index = await startFakeIndex({ artifacts });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    const { artifacts: explained } = await house.explain('frog', '1.0');
    expect(explained).toHaveLength(2);
    const codes = explained.flatMap(({ findings }) => findings.map(({ code }) => code));
    expect(new Set(codes)).toEqual(new Set(['closure/beyond-keep']));
  });
});

describe('a request', () => {
  test('for a project of which nothing can be shown waits for the walk', async () => {
    const windows = mitWheel({ name: 'frog', version: '1.0', tags: 'cp312-cp312-win_amd64' });
    await using index = await startFakeIndex({ artifacts: [windows, MOSS] });
    index.fault({ match: /simple\/moss/, kind: 'delay', delayMs: 700 });
    await using house = await openHouse({ index, policy: policyText(['frog', 'moss']) });
    expect(await house.mirror.page(parseProjectName('frog'))).not.toBe('waiting');
  });

  test('for a name that upstream hangs on is refused in time', { timeout: 20_000 }, async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    index.fault({ match: /simple\/ghost/, kind: 'hang' });
    const started = performance.now();
    expect((await house.view('ghost')).entries).toMatchObject([{ kind: 'tombstone' }]);
    expect(performance.now() - started).toBeLessThan(11_000);
  });
});

describe('a clock that goes back', () => {
  test('takes back with it what it had approved, on pages and files alike', async () => {
    const young = { ...FROG, uploadTime: '2026-11-20T12:00:00Z' };
    await using index = await startFakeIndex({ artifacts: [young] });
    await using house = await openHouse({
      index,
      policy: policyText(['frog']),
      now: NOON + 3 * DAY_MS,
    });
    await house.walked();
    await using shown = serve(house, NOON + 3 * DAY_MS);
    expect(await shown.listed('frog')).toEqual([FROG.filename]);
    house.advance(-2 * DAY_MS);
    shown.advance(-2 * DAY_MS);
    const file = await shown.app.inject(`/pypi/files/frog/${FROG.sha256}/${FROG.filename}`);
    expect(file.statusCode).toBe(403);
    expect(await shown.listed('frog')).toEqual([]);
  });
});

/** A store to which a policy takes longer than a catalogue, as on a disk that syncs slowly. */
function slowPolicies(store: ObjectStore): ObjectStore {
  return {
    ...store,
    async put(key, bytes, options) {
      const isPolicy = Buffer.from(bytes).toString('latin1').startsWith('version: 1');
      if (isPolicy) await new Promise((resolve) => setTimeout(resolve, 400));
      return store.put(key, bytes, options);
    },
  };
}

/** The HTTP service of a house. */
function serve(house: House, now: number = NOON) {
  const time = { now };
  const app = createServer({
    mirror: house.mirror,
    record: () => {},
    clock: () => time.now,
    log: pino({ level: 'silent' }),
    publicUrl: 'https://gate.test',
    policyProblems: () => [],
  });
  return {
    app,
    advance(ms: number): void {
      time.now += ms;
    },
    /** What a project's page shows as approved. */
    async listed(project: string): Promise<readonly string[]> {
      const accept = 'application/vnd.pypi.simple.v1+json';
      const page = await app.inject({ url: `/pypi/simple/${project}/`, headers: { accept } });
      const { files } = page.json<{ files: { filename: string; 'core-metadata'?: unknown }[] }>();
      return files
        .filter((file) => typeof file['core-metadata'] === 'object')
        .map(({ filename }) => filename);
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}

async function within(ms: number, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`does not hold after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
