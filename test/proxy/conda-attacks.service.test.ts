import { createHash } from 'node:crypto';

import { afterEach, expect, test } from 'vitest';

import { openMemoryStore } from '../../src/store/memory.ts';
import { buildConda } from '../fixtures/conda-packages.ts';
import {
  CHANNEL,
  type CondaHouse,
  type Fields,
  openCondaHouse,
  POLICY,
  readFlat,
  readShards,
  record,
  repodata,
  type UpstreamFiles,
} from './conda-house.ts';

const POLL = { timeout: 10_000, interval: 100 };
const open: CondaHouse[] = [];

afterEach(async () => {
  for (const house of open.splice(0)) await house[Symbol.asyncDispose]();
});

async function houseAt(
  files: UpstreamFiles,
  policy = POLICY,
  store = openMemoryStore(),
): Promise<CondaHouse> {
  const house = await openCondaHouse(files, { policy, store });
  open.push(house);
  return house;
}

function packageOf(name: string, license = 'MIT') {
  const index = { name, license, depends: [] };
  const bytes = Buffer.from(buildConda({ index }));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const more = { build: 'py_0', noarch: 'python', size: bytes.length, license };
  return { bytes, sha256, entry: record(name, '1.0', { ...more, sha256, md5: null }) };
}

test('a source that the policy drops is gone with its indexes, its shards and its admitted bytes', async () => {
  const demo = packageOf('frog');
  const house = await houseAt({
    'conda-forge/noarch/repodata.json': repodata('noarch', [demo.entry]),
    [`conda-forge/noarch/${demo.entry[0]}`]: demo.bytes,
    'conda/noarch/repodata.json': repodata('noarch', [packageOf('newt').entry]),
  });
  const path = `${CHANNEL}/noarch/${demo.entry[0]}`;
  expect((await house.get(path)).statusCode).toBe(200);
  const { paths } = await readShards(house, `${CHANNEL}/noarch`);
  await house.activate(POLICY.replaceAll('conda-forge', 'conda').replace('frog', 'newt'));
  for (const [gone, status] of [
    [path, 404],
    [`${CHANNEL}/noarch/repodata.json`, 404],
    [paths['frog'] ?? '', 404],
    [path.replace('conda-forge', 'conda'), 403],
    [(paths['frog'] ?? '').replace('conda-forge', 'conda'), 404],
  ] as const) {
    expect([gone, (await house.get(gone, { range: 'bytes=0-9' })).statusCode]).toEqual([
      gone,
      status,
    ]);
  }
});

test('the digest of admitted bytes leads to them by no other address', async () => {
  const demo = packageOf('frog');
  const house = await houseAt({
    'conda-forge/noarch/repodata.json': repodata('noarch', [demo.entry]),
    [`conda-forge/noarch/${demo.entry[0]}`]: demo.bytes,
  });
  expect((await house.get(`${CHANNEL}/noarch/${demo.entry[0]}`)).statusCode).toBe(200);
  const file = demo.entry[0];
  for (const path of [
    `${CHANNEL}/noarch/shards/${demo.sha256}.msgpack.zst`,
    `${CHANNEL}/noarch/${demo.sha256}`,
    `${CHANNEL}/noarch/${demo.sha256}.conda`,
    `${CHANNEL}/linux-64/${file}`,
    `/pypi/files/frog/${demo.sha256}/${file}`,
    `/pypi/files/frog/${demo.sha256}/noarch%2F${file}`,
    `/packages/frog/${demo.sha256}/frog-1.0-py3-none-any.whl`,
  ]) {
    const { statusCode, rawPayload } = await house.get(path);
    expect([path, [400, 403, 404].includes(statusCode)]).toEqual([path, true]);
    expect(rawPayload.includes(demo.bytes.subarray(0, 64))).toBe(false);
  }
});

test('bytes that one package was admitted with are no other package', async () => {
  const demo = packageOf('frog');
  const [, fields] = demo.entry;
  const newt = ['newt-1.0-py_0.conda', { ...fields, name: 'newt' }] as const;
  const policy = POLICY.replace('::frog', '::frog, conda-forge::newt');
  const house = await houseAt(
    {
      'conda-forge/noarch/repodata.json': repodata('noarch', [demo.entry, newt]),
      [`conda-forge/noarch/${demo.entry[0]}`]: demo.bytes,
      [`conda-forge/noarch/${newt[0]}`]: demo.bytes,
    },
    policy,
  );
  expect((await house.get(`${CHANNEL}/noarch/${demo.entry[0]}`)).statusCode).toBe(200);
  const answer = await house.get(`${CHANNEL}/noarch/${newt[0]}`);
  expect([answer.statusCode, answer.json().code]).toEqual([403, 'conda-record/mismatch']);
  await expect
    .poll(async () => Object.keys(await readFlat(house, `${CHANNEL}/noarch/repodata.json`)), POLL)
    .toEqual([demo.entry[0]]);
});

test.each(['foo-bar', 'foo_bar', 'foo.bar'])(
  'what PyPI packages are denied for is denied as %s too',
  async (name) => {
    const entry = record(name, '1.0');
    const policy = POLICY.replace('::frog', `::${name}`).replace(
      'licenses:',
      '  deny: [{ name: foo-bar, reason: malware }]\nlicenses:',
    );
    const house = await houseAt(
      { 'conda-forge/noarch/repodata.json': repodata('noarch', [entry]) },
      policy,
    );
    const answer = await house.get(`${CHANNEL}/noarch/${entry[0]}`);
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'package/denied']);
    expect(await readFlat(house, `${CHANNEL}/noarch/repodata.json`)).toEqual({});
  },
);

test('an old index leads to no shard of what its records became', async () => {
  const mit = record('frog', '1.2');
  const gpl = record('frog', '1.2', { license: 'GPL-3.0-only' });
  const other = record('frog', '1.1');
  const house = await houseAt({
    'conda-forge/noarch/repodata.json': repodata('noarch', [mit, other]),
  });
  const { paths } = await readShards(house, `${CHANNEL}/noarch`);
  house.files['conda-forge/noarch/repodata.json'] = repodata('noarch', [gpl, other]);
  house.advance(3_600_000);
  await expect.poll(async () => (await house.get(paths['frog'] ?? '')).statusCode, POLL).toBe(404);
  const flat = await readFlat(house, `${CHANNEL}/noarch/repodata.json`);
  expect(Object.keys(flat)).toEqual([other[0]]);
});

test('a subdir that upstream has not is empty here, and one that no target has is not there', async () => {
  const house = await houseAt({
    'conda-forge/noarch/repodata.json': repodata('noarch', [record('frog', '1.2')]),
    'conda-forge/osx-64/repodata.json': repodata('osx-64', [record('frog', '1.3')]),
  });
  expect(await readFlat(house, `${CHANNEL}/linux-64/repodata.json`)).toEqual({});
  const undeclared = await house.get(`${CHANNEL}/osx-64/repodata.json`);
  expect([undeclared.statusCode, undeclared.json().message]).toEqual([
    404,
    expect.stringMatching(
      /^conda-forge\/osx-64 is not mirrored; declared here: noarch, linux-64 \(targets\.conda/,
    ),
  ]);
  expect((await house.get(`${CHANNEL}/osx-64/frog-1.3-h0_0.conda`)).statusCode).toBe(404);
  expect(house.asked.filter((path) => path.includes('osx-64'))).toEqual([]);
});

test('after a restart without upstream what was admitted is there, and what was refused is not', async () => {
  const store = openMemoryStore();
  const [good, bad] = [packageOf('_frog_mutex'), packageOf('newt', 'GPL-3.0-only')];
  const policy = POLICY.replace('::frog', '::_frog_mutex, conda-forge::newt');
  const lying: readonly [string, Fields] = [bad.entry[0], { ...bad.entry[1], license: 'MIT' }];
  const before = await houseAt(
    {
      'conda-forge/noarch/repodata.json': repodata('noarch', [good.entry, lying]),
      [`conda-forge/noarch/${good.entry[0]}`]: good.bytes,
      [`conda-forge/noarch/${bad.entry[0]}`]: bad.bytes,
    },
    policy,
    store,
  );
  const folder = `${CHANNEL}/noarch`;
  expect((await before.get(`${folder}/${good.entry[0]}`)).statusCode).toBe(200);
  expect((await before.get(`${folder}/${bad.entry[0]}`)).statusCode).toBe(403);
  await open.pop()?.[Symbol.asyncDispose]();

  const after = await houseAt({ 'conda-forge/noarch/repodata.json': 503 }, policy, store);
  expect(Object.keys(await readFlat(after, `${folder}/repodata.json`))).toEqual([good.entry[0]]);
  const answer = await after.get(`${folder}/${good.entry[0]}`, { range: 'bytes=0-' });
  expect([answer.statusCode, answer.rawPayload.equals(good.bytes)]).toEqual([206, true]);
  expect((await after.get(`${folder}/${bad.entry[0]}`)).statusCode).toBe(403);
});

test('odd versions are found however their characters are encoded', async () => {
  const odd = record('frog', '1!2.0+local_1');
  const house = await houseAt({ 'conda-forge/noarch/repodata.json': repodata('noarch', [odd]) });
  expect(Object.keys(await readFlat(house, `${CHANNEL}/noarch/repodata.json`))).toEqual([odd[0]]);
  for (const file of [odd[0], encodeURIComponent(odd[0]), odd[0].replace('!', '%21')]) {
    expect([file, (await house.head(`${CHANNEL}/noarch/${file}`)).statusCode]).toEqual([file, 200]);
  }
  const { paths } = await readShards(house, `${CHANNEL}/noarch`);
  house.files['conda-forge/noarch/repodata.json'] = repodata('noarch', [
    odd,
    record('frog', '1.0'),
  ]);
  house.advance(3_600_000);
  await expect
    .poll(async () => Object.keys(await readFlat(house, `${CHANNEL}/noarch/repodata.json`)), POLL)
    .toHaveLength(2);
  expect((await house.get(paths['frog'] ?? '')).statusCode).toBe(200);
});

test('after a restart what needs something refused for its contents is not listed for long', async () => {
  const store = openMemoryStore();
  const bad = packageOf('newt', 'GPL-3.0-only');
  const lying: readonly [string, Fields] = [bad.entry[0], { ...bad.entry[1], license: 'MIT' }];
  const frog = record('frog', '1.0', { depends: ['newt'] });
  const files = {
    'conda-forge/noarch/repodata.json': repodata('noarch', [frog, lying]),
    [`conda-forge/noarch/${bad.entry[0]}`]: bad.bytes,
  };
  const index = `${CHANNEL}/noarch/repodata.json`;
  const before = await houseAt(files, POLICY, store);
  expect(Object.keys(await readFlat(before, index))).toHaveLength(2);
  expect((await before.get(`${CHANNEL}/noarch/${bad.entry[0]}`)).statusCode).toBe(403);
  await expect.poll(() => readFlat(before, index), POLL).toEqual({});
  await open.pop()?.[Symbol.asyncDispose]();
  const after = await houseAt(files, POLICY, store);
  await expect.poll(() => readFlat(after, index), POLL).toEqual({});
  expect((await after.get(`${CHANNEL}/noarch/${frog[0]}`)).statusCode).toBe(403);
});
