import { zstdDecompressSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  CHANNEL,
  type CondaHouse,
  openCondaHouse,
  readFlat,
  readShards,
  record,
  repodata,
} from './conda-house.ts';
import { exchange, get as rawGet, listen as listenOn, statuses } from './raw.ts';

const SUBDIRS = ['noarch', 'linux-64'];
const INDEXES = [
  'repodata.json',
  'repodata.json.zst',
  'repodata_shards.msgpack.zst',
  'run_exports.json',
  'run_exports.json.zst',
];
const FROG = record('frog', '1.2', {
  depends: ['pond >=2', '__glibc >=2.17'],
  timestamp: 1_700_000_000_123,
  run_exports: { weak: ['frog >=1'] },
});
const POND = record('pond', '2.1', { run_exports: {} });

let house: CondaHouse;
let port: number;

beforeAll(async () => {
  house = await openCondaHouse({
    'conda-forge/noarch/repodata.json': repodata('noarch', [FROG]),
    'conda-forge/linux-64/repodata.json': repodata('linux-64', [
      POND,
      record('pond', '1.0'),
      record('frog', '1.1', { license: 'GPL-3.0-only' }),
    ]),
  });
  port = await listenOn(house.app);
});

afterAll(async () => house[Symbol.asyncDispose]());

describe('indexes', () => {
  test.each(SUBDIRS)('of %s say the same in each encoding', async (subdir) => {
    const folder = `${CHANNEL}/${subdir}`;
    const flat = await readFlat(house, `${folder}/repodata.json`);
    expect(Object.keys(flat)).toEqual(subdir === 'noarch' ? [FROG[0]] : [POND[0]]);
    expect((await readShards(house, folder)).records).toEqual(flat);
    const [json, packed] = await Promise.all(
      ['repodata.json', 'repodata.json.zst'].map((file) => house.get(`${folder}/${file}`)),
    );
    expect(zstdDecompressSync(packed?.rawPayload ?? '')).toEqual(json?.rawPayload);
  });

  test('of shards are relative, and have hashes as bytes and times as integers', async () => {
    const { index, records } = await readShards(house, `${CHANNEL}/noarch`);
    expect(index).toMatchObject({
      info: { subdir: 'noarch', base_url: './', shards_base_url: './shards/' },
    });
    expect(records[FROG[0]]?.['timestamp']).toBe(1_700_000_000_123);
  });

  test('of run exports are what the shown records say', async () => {
    const { rawPayload } = await house.get(`${CHANNEL}/linux-64/run_exports.json.zst`);
    const { body } = await house.get(`${CHANNEL}/linux-64/run_exports.json`);
    expect(zstdDecompressSync(rawPayload).toString('utf8')).toBe(body);
    expect(JSON.parse(body)).toEqual({
      info: { subdir: 'linux-64' },
      packages: {},
      'packages.conda': { [POND[0]]: { run_exports: {} } },
    });
  });

  test('that nobody asked a filter for are not there', async () => {
    const names = [
      ...['', '.zst', '.bz2'].map((end) => `current_repodata.json${end}`),
      ...['', '.zst', '.bz2'].map((end) => `repodata_from_packages.json${end}`),
      'repodata_shards_from_packages.msgpack.zst',
      'repodata.json.bz2',
      'repodata.jlap',
      'repodata.json.gz',
      'REPODATA.JSON',
      'patch_instructions.json',
      'index.html',
      'rss.xml',
      'run_exports.json.bz2',
      'constructor',
      '__proto__',
      'shards/repodata.json',
      `shards/${'ab'.repeat(32)}.msgpack.zst`,
      `shards/${'AB'.repeat(32)}.msgpack.zst`,
    ];
    for (const name of names) {
      const { statusCode, headers, body } = await house.get(`${CHANNEL}/noarch/${name}`);
      expect([name, statusCode]).toEqual([name, 404]);
      expect(headers['content-type']).toBe('application/problem+json');
      const problem = JSON.parse(body);
      expect(problem.message).toBe(problem.detail);
      expect(problem.reason).toBe('Not found');
    }
    for (const name of ['current_repodata.json', 'notices', 'key_mgr.json', '1.root.json']) {
      expect((await house.get(`${CHANNEL}/${name}`)).statusCode).toBe(404);
    }
    expect(house.asked.filter((path) => /current|from_packages|bz2/.test(path))).toEqual([]);
  });

  test.each(INDEXES)('%s has a HEAD as its GET, a tag of its own, and 304', async (file) => {
    const path = `${CHANNEL}/linux-64/${file}`;
    const got = await house.get(path, { 'accept-encoding': 'gzip, zstd' });
    const head = await house.head(path);
    expect([head.statusCode, head.body]).toEqual([200, '']);
    for (const name of ['etag', 'content-length', 'content-type', 'cache-control']) {
      expect([name, head.headers[name]]).toEqual([name, got.headers[name]]);
    }
    expect(got.headers).not.toHaveProperty('content-encoding');
    expect(got.headers['cache-control']).toBe('public, max-age=60, must-revalidate');
    const { etag = '' } = got.headers;
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await house.get(path, { 'if-none-match': tag });
      expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
    }
    expect((await house.get(path, { 'if-none-match': '"other"' })).statusCode).toBe(200);
  });

  test('have as many tags as there are encodings', async () => {
    const answers = await Promise.all(
      INDEXES.map((file) => house.get(`${CHANNEL}/noarch/${file}`)),
    );
    expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(INDEXES.length);
  });

  test('of a shard hold for ever', async () => {
    const { paths } = await readShards(house, `${CHANNEL}/noarch`);
    const { headers } = await house.get(paths['frog'] ?? '');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers).not.toHaveProperty('content-encoding');
    expect((await house.head(paths['frog'] ?? '')).headers).toMatchObject({ etag: headers.etag });
  });

  test('that are compressed are one frame that states its size', async () => {
    for (const file of INDEXES.filter((name) => name.endsWith('.zst'))) {
      const { rawPayload } = await house.get(`${CHANNEL}/noarch/${file}`);
      expect(rawPayload.readUInt32LE(0)).toBe(0xfd2fb528);
      // RFC 8878 §3.1.1.1: a size of the content, or a single segment, which has one too.
      expect((rawPayload[4] ?? 0) & 0b1110_0000).toBeGreaterThan(0);
    }
  });

  test('fifty shards at once come over connections that stay open', async () => {
    const { paths } = await readShards(house, `${CHANNEL}/noarch`);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => fetch(`http://127.0.0.1:${port}${paths['frog']}`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ headers }) => headers.get('connection')))).toEqual(
      new Set(['keep-alive']),
    );
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  });
});

describe('addresses', () => {
  const TOKEN = 'xx-0a1b2c3d-secret';
  const INDEX = 'linux-64/repodata.json';

  test.each([
    ['the channel', `${CHANNEL}/${INDEX}`],
    ['the label main', `${CHANNEL}/label/main/${INDEX}`],
    ['the channel twice', `${CHANNEL}/conda-forge/${INDEX}`],
    ['a token in front', `/t/${TOKEN}${CHANNEL}/${INDEX}`],
    ['a token before the channel', `/conda/t/${TOKEN}/conda-forge/${INDEX}`],
    ['a token and the channel twice', `/conda/t/${TOKEN}/conda-forge/conda-forge/${INDEX}`],
    ['two tokens', `/t/${TOKEN}/conda/t/${TOKEN}/conda-forge/${INDEX}`],
    ['a query', `${CHANNEL}/${INDEX}?token=${TOKEN}`],
  ])('%s leads to the same index', async (_name, path) => {
    const { statusCode, headers } = await house.get(path);
    const same = await house.get(`${CHANNEL}/${INDEX}`);
    expect([statusCode, headers.etag]).toEqual([200, same.headers.etag]);
  });

  test.each([
    `${CHANNEL}/label/rc/${INDEX}`,
    `${CHANNEL}/label/dev/2026.1/rc-2/${INDEX}`,
    `${CHANNEL}/label/rc/notices.json`,
  ])('a label has no index of its own: %s', async (path) => {
    const { statusCode, body } = await house.get(path);
    expect(statusCode).toBe(404);
    expect(JSON.parse(body).detail).toMatch(/^the label "(?:rc|dev\/2026\.1\/rc-2)" has no index/);
  });

  test.each([
    ['/conda/pypi/noarch/repodata.json', 'the policy has no channel "pypi"'],
    ['/conda/conda/noarch/repodata.json', 'the policy has no channel "conda"'],
    ['/conda/conda-forge2/noarch/repodata.json', 'the policy has no channel "conda-forge2"'],
    ['/conda/Conda-Forge/noarch/repodata.json', 'the policy has no channel "Conda-Forge"'],
    [`${CHANNEL}/osx-64/repodata.json`, 'conda-forge/osx-64 is not mirrored; declared here'],
    [`${CHANNEL}/NOARCH/repodata.json`, 'nothing of a conda channel has this address'],
    [`${CHANNEL}/label/noarch`, 'nothing of a conda channel has this address'],
    [`${CHANNEL}//${INDEX}`, 'nothing of a conda channel has this address'],
    [`${CHANNEL}/${INDEX}/`, 'nothing of a conda channel has this address'],
    [`${CHANNEL}/other/${INDEX}`, 'nothing of a conda channel has this address'],
    [`/conda/t/${TOKEN}/`, 'nothing of a conda channel has this address'],
    [`/conda/t/${TOKEN}`, 'the policy has no channel "t"'],
    [`/t/${TOKEN}/pypi/simple/`, 'nothing is at this address'],
  ])('%s is a 404 that says what is not there', async (path, detail) => {
    const answer = await house.get(path);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ status: 404, reason: 'Not found' });
    expect(JSON.parse(answer.body).message).toContain(detail);
  });

  test.each([
    `${CHANNEL}/noarch%2frepodata.json`,
    `${CHANNEL}%2Fnoarch/repodata.json`,
    `${CHANNEL}/noarch/..%5crepodata.json`,
    `${CHANNEL}/label/a%2fb/noarch/${FROG[0]}`,
  ])('%s could be read in two ways, and is refused', async (path) => {
    const { statusCode, headers, body } = await house.get(path);
    expect([statusCode, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(JSON.parse(body).message).toMatch(/encoded slashes/);
  });

  test('what climbs out of a folder is refused', async () => {
    for (const target of [
      `${CHANNEL}/../pypi/noarch/repodata.json`,
      `${CHANNEL}/label/../../noarch/repodata.json`,
      `${CHANNEL}/noarch/%2e%2e/linux-64/repodata.json`,
      `${CHANNEL}/./noarch/repodata.json`,
    ]) {
      expect([target, statuses(await exchange(port, rawGet(target)))]).toEqual([target, [400]]);
    }
  });

  test('other methods are refused with a body that conda prints', async () => {
    const { statusCode, body } = await house.app.inject({
      method: 'PUT',
      url: `${CHANNEL}/noarch/repodata.json`,
    });
    expect([statusCode, JSON.parse(body).message]).toEqual([
      405,
      expect.stringMatching(/only read/),
    ]);
  });

  test('a token is in no log, body or header', async () => {
    const paths = [INDEX, `noarch/${FROG[0]}`, 'noarch/frog-9-0.conda', 'nothing', 'osx-64/x.json'];
    const asked = paths.flatMap((path) => [
      `/t/${TOKEN}${CHANNEL}/${path}`,
      `/conda/t/${TOKEN}/conda-forge/${path}`,
      `/conda/t/${TOKEN}/unknown/${path}`,
    ]);
    for (const path of [...asked, `/conda/t/${TOKEN}`, `/t/${TOKEN}/conda/`]) {
      const { headers, body, statusMessage } = await house.get(path);
      expect([path, JSON.stringify(headers) + body + statusMessage]).not.toEqual([
        path,
        expect.stringContaining(TOKEN),
      ]);
    }
    expect(JSON.stringify(house.lines)).not.toContain(TOKEN);
    expect(house.log.join('')).not.toContain(TOKEN);
    expect(house.lines).toContainEqual(
      expect.objectContaining({ channel: 'conda-forge', filename: INDEX, status: 200 }),
    );
  });
});
