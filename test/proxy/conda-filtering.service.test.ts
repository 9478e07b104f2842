import { afterEach, describe, expect, test } from 'vitest';

import { HOUR_MS } from '../../src/model/time.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { shardFiles } from '../upstream/channel-fixture.ts';
import {
  CHANNEL,
  type CondaHouse,
  type Fields,
  openCondaHouse,
  POLICY,
  readAll,
  readFlat,
  readShards,
  record,
  repodata,
  type UpstreamFiles,
} from './conda-house.ts';

const SUBDIRS = ['noarch', 'linux-64'] as const;
type Records = readonly (readonly [string, Fields])[];

const open: CondaHouse[] = [];

afterEach(async () => {
  for (const house of open.splice(0)) await house[Symbol.asyncDispose]();
});

async function houseOf(
  records: { readonly noarch?: Records; readonly 'linux-64'?: Records; readonly more?: Fields },
  plan: Parameters<typeof openCondaHouse>[1] = {},
): Promise<CondaHouse> {
  const files = Object.fromEntries(
    SUBDIRS.map((subdir) => [
      `conda-forge/${subdir}/repodata.json`,
      repodata(subdir, records[subdir] ?? [], records.more),
    ]),
  );
  return houseAt(files, plan);
}

async function houseAt(
  files: UpstreamFiles,
  plan: Parameters<typeof openCondaHouse>[1] = {},
): Promise<CondaHouse> {
  const house = await openCondaHouse(files, plan);
  open.push(house);
  return house;
}

async function shown(house: CondaHouse, subdir = 'noarch'): Promise<readonly string[]> {
  return Object.keys(await readFlat(house, `${CHANNEL}/${subdir}/repodata.json`));
}

const FROG = record('frog', '1.2', { run_exports: {} });
const POLL = { timeout: 10_000, interval: 100 };
const HIDDEN = 'deadbeef'.repeat(8);

describe('an empty policy', () => {
  test('gives empty subdirs, of which neither is missing', async () => {
    const house = await houseOf({ noarch: [record('newt', '1.0')] });
    const empty = '"packages":{},"packages.conda":{},"removed":[],"repodata_version":1}';
    for (const subdir of SUBDIRS) {
      const { statusCode, body } = await house.get(`${CHANNEL}/${subdir}/repodata.json`);
      expect([statusCode, body]).toEqual([200, `{"info":{"subdir":"${subdir}"},${empty}`]);
      expect((await readShards(house, `${CHANNEL}/${subdir}`)).records).toEqual({});
    }
  });
});

describe('of what upstream says nothing else is passed on', () => {
  const hidden = { sha256: HIDDEN };
  const other = record('frog', '1.9', hidden)[1];

  test.each<[string, Fields]>([
    ['a top-level key that nobody knows', { 'packages.new': { 'frog-1.9-h0_0.new': other } }],
    ['v3.conda', { v3: { conda: { 'frog-1.9-h0_0': other } } }],
    ['v3.whl', { v3: { whl: { 'frog-1.9-h0_0': { ...other, url: 'https://elsewhere.test/f' } } } }],
    ['a group of v3 that nobody knows', { v3: { zip: { 'frog-1.9-h0_0': other } } }],
    ['v9', { v9: { conda: { 'frog-1.9-h0_0': other } } }],
    ['signatures', { signatures: { [FROG[0]]: { key: HIDDEN } } }],
    ['removed names', { removed: [`frog-1.9-${HIDDEN}.conda`] }],
  ])('%s', async (_name, more) => {
    const house = await houseOf({ noarch: [FROG], more });
    const all = await readAll(house, 'noarch');
    expect(await shown(house)).toEqual([FROG[0]]);
    for (const text of [HIDDEN, 'elsewhere.test', 'frog-1.9', 'v3', 'v9', 'signatures']) {
      expect(all).not.toContain(text);
    }
  });

  test('relations, addresses and messages of the channel', async () => {
    const info = {
      subdir: 'noarch',
      base_url: 'https://elsewhere.test/noarch/',
      channel_relations: { base: '../other', overrides: ['../more'] },
      repodata_revisions: { v3: { message: 'visit elsewhere.test', n_packages: 1 } },
    };
    const house = await houseAt({
      'conda-forge/noarch/repodata.json': repodata('noarch', [FROG], { info }),
      'conda-forge/linux-64/repodata.json': repodata('linux-64', []),
    });
    const all = await readAll(house, 'noarch');
    expect(await shown(house)).toEqual([FROG[0]]);
    expect(all).not.toMatch(/elsewhere|relations|revisions|other/);
  });

  test('what shards of upstream have besides records', async () => {
    const [file, fields] = FROG;
    const shard = {
      packages: {},
      'packages.conda': {
        [file]: { ...fields, subdir: 'noarch', sha256: bytesOf(fields['sha256']) },
      },
      removed: [`frog-1.8-${HIDDEN}.conda`],
      v3: { whl: { 'frog-1.9-0': { ...other, url: 'https://elsewhere.test/f' } } },
      more: { 'frog-1.9-h0_0.conda': other },
    };
    const info = { channel_relations: { base: '../elsewhere.test' } };
    const files = shardFiles('noarch', { frog: shard }, info);
    const house = await houseAt(
      Object.fromEntries(Object.entries(files).map(([path, it]) => [`conda-forge/${path}`, it])),
    );
    const all = await readAll(house, 'noarch');
    expect(await shown(house)).toEqual([file]);
    for (const text of [HIDDEN, 'elsewhere.test', 'frog-1.9', 'frog-1.8']) {
      expect(all).not.toContain(text);
    }
  });
});

function bytesOf(hex: unknown): Buffer {
  return Buffer.from(typeof hex === 'string' ? hex : '', 'hex');
}

describe('a record', () => {
  test('keeps its bytes, odd spaces, escapes and keys that nobody knows included', async () => {
    const text = `{ "name":"frog","version" : "1.2","build":"h0_0","build_number":0,"depends":[],
      "license":"M\\u0049T","sha256":"${'ab'.repeat(32)}","timestamp":1700000000123,"newer":{"a":[1.5]}}`;
    const house = await houseAt({
      'conda-forge/noarch/repodata.json': `{"packages.conda":{"${FROG[0]}":${text}}}`,
    });
    const { body } = await house.get(`${CHANNEL}/noarch/repodata.json`);
    expect(body).toContain(`"${FROG[0]}":${text}`);
    expect((await readShards(house, `${CHANNEL}/noarch`)).records[FROG[0]]).toEqual(
      JSON.parse(text),
    );
  });

  const [file, fields] = record('frog', '1.3');
  test.each<[string, readonly [string, Fields]]>([
    ['with another name than its file', [file, { ...fields, name: 'pond' }]],
    ['with another version than its file', [file, { ...fields, version: '1.4' }]],
    ['with another build than its file', [file, { ...fields, build: 'h1_0' }]],
    ['of another subdir', [file, { ...fields, subdir: 'osx-64' }]],
    ['named as a virtual package', record('__frog', '1.3')],
    ['without a SHA-256', [file, { ...fields, sha256: undefined }]],
    ['with an MD5 only', [file, { ...fields, sha256: null }]],
    ['with a hash that is none', [file, { ...fields, sha256: 'ab' }]],
    ['with a number that no shard can say', [file, { ...fields, timestamp: 1e300 }]],
    ['with half a character', [file, { ...fields, summary: '\ud800' }]],
    ['whose licence is refused', [file, { ...fields, license: 'GPL-3.0-only' }]],
    ['with a dependency that cannot be read', [file, { ...fields, depends: ['frog [['] }]],
  ])('%s is in no index, and spoils none', async (_name, spoilt) => {
    const house = await houseOf({ noarch: [FROG, spoilt] });
    const all = await readAll(house, 'noarch');
    expect(await shown(house)).toEqual([FROG[0]]);
    expect(all).not.toContain('1.3');
    const path = `${CHANNEL}/noarch/${spoilt[0]}`;
    expect([403, 404]).toContain((await house.get(path)).statusCode);
  });

  test('without an MD5 is in all of them', async () => {
    const house = await houseOf({ noarch: [record('frog', '1.3', { md5: null })] });
    const { records } = await readShards(house, `${CHANNEL}/noarch`);
    expect(records[file]).not.toHaveProperty('md5');
    expect(await shown(house)).toEqual([file]);
  });

  test('that constrains what is not there is shown: that is no need', async () => {
    const house = await houseOf({ noarch: [record('frog', '1.3', { constrains: ['pond >3'] })] });
    expect(await shown(house)).toEqual([file]);
  });

  test('that says no run exports leaves nobody to say there are none', async () => {
    const house = await houseOf({ noarch: [FROG, record('frog', '1.1')] });
    for (const end of ['', '.zst']) {
      expect((await house.get(`${CHANNEL}/noarch/run_exports.json${end}`)).statusCode).toBe(404);
    }
  });

  test('that upstream writes anew without its hash is not shown any more', async () => {
    const house = await houseOf({ noarch: [FROG] });
    expect(await shown(house)).toEqual([FROG[0]]);
    const bare: readonly [string, Fields] = [FROG[0], { ...FROG[1], sha256: undefined }];
    house.files['conda-forge/noarch/repodata.json'] = repodata('noarch', [bare]);
    house.advance(HOUR_MS);
    await expect.poll(() => shown(house), POLL).toEqual([]);
  });
});

describe('files', () => {
  test('of two formats are judged apart', async () => {
    const conda = record('frog', '1.2', { license: 'GPL-3.0-only' });
    const twin = record('frog', '1.2', { ext: 'tar.bz2' });
    const house = await houseOf({ noarch: [conda, twin] });
    expect(await shown(house)).toEqual([twin[0]]);
    const { body } = await house.get(`${CHANNEL}/noarch/repodata.json`);
    expect(Object.keys(JSON.parse(body).packages)).toEqual([twin[0]]);
    const refused = await house.get(`${CHANNEL}/noarch/${conda[0]}`);
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'license/not-allowed']);
  });

  test('of one name in two subdirs are judged apart', async () => {
    const gpl = record('frog', '1.2', { license: 'GPL-3.0-only', sha256: 'cd'.repeat(32) });
    const house = await houseOf({ noarch: [FROG], 'linux-64': [gpl] });
    expect([await shown(house), await shown(house, 'linux-64')]).toEqual([[FROG[0]], []]);
    expect((await house.get(`${CHANNEL}/linux-64/${FROG[0]}`)).statusCode).toBe(403);
    expect((await house.head(`${CHANNEL}/noarch/${FROG[0]}`)).statusCode).toBe(200);
  });

  test('that upstream puts other bytes under keep the first, which are all there is', async () => {
    const house = await houseOf({ noarch: [FROG] });
    const before = await readFlat(house, `${CHANNEL}/noarch/repodata.json`);
    const again = record('frog', '1.2', { sha256: HIDDEN, size: 9 });
    house.files['conda-forge/noarch/repodata.json'] = repodata('noarch', [again]);
    house.advance(HOUR_MS);
    await expect
      .poll(async () => (await house.head(`${CHANNEL}/noarch/${FROG[0]}`)).statusCode, POLL)
      .toBe(403);
    const { code } = (await house.get(`${CHANNEL}/noarch/${FROG[0]}`)).json();
    expect(code).toBe('hash/changed');
    const after = await readAll(house, 'noarch');
    expect(after).not.toContain(HIDDEN);
    expect(Object.values(before)[0]?.['sha256']).toBe(FROG[1]['sha256']);
  });

  test('of a package that needs more than is approved are not shown', async () => {
    const house = await houseOf({ noarch: [record('frog', '1.2', { depends: ['pond >3'] })] });
    const { body } = await house.get(`${CHANNEL}/noarch/frog-1.2-h0_0.conda`);
    expect(await shown(house)).toEqual([]);
    expect(JSON.parse(body).message).toContain('pond');
  });
});

test('channeldata names what is shown and where, and nothing else', async () => {
  const house = await houseOf({
    noarch: [FROG, record('newt', '1.0'), record('toad', '1.0')],
    'linux-64': [record('frog', '1.3')],
  });
  expect((await house.get(`${CHANNEL}/channeldata.json`)).json()).toEqual({
    channeldata_version: 1,
    packages: { frog: { subdirs: ['linux-64', 'noarch'] } },
    subdirs: ['linux-64', 'noarch'],
  });
});

describe('two channels', () => {
  const BOTH = POLICY.replace(
    'conda-forge: { kind: conda, min-age: 0d }',
    'conda-forge: { kind: conda, min-age: 0d }, conda: { kind: conda, min-age: 0d }',
  ).replace('conda-forge::frog', 'frog, conda::newt');

  test('with one name: only where it was found first, by whichever address', async () => {
    const gpl = record('frog', '1.2', { license: 'GPL-3.0-only' });
    const mit = record('frog', '1.2', { sha256: HIDDEN });
    const newt = record('newt', '1.0');
    const house = await houseAt(
      {
        'conda-forge/noarch/repodata.json': repodata('noarch', [gpl, record('newt', '2.0')]),
        'conda/noarch/repodata.json': repodata('noarch', [mit, newt]),
      },
      { policy: BOTH },
    );
    expect(Object.keys(await readFlat(house, '/conda/conda/noarch/repodata.json'))).toEqual([
      newt[0],
    ]);
    expect(await shown(house)).toEqual([]);
    for (const [path, status] of [
      [`/conda/conda/noarch/${gpl[0]}`, 403],
      [`/conda/conda/conda/noarch/${gpl[0]}`, 403],
      [`/conda/conda/label/conda-forge/noarch/${gpl[0]}`, 403],
      [`${CHANNEL}/noarch/${gpl[0]}`, 403],
      [`${CHANNEL}/conda/noarch/${newt[0]}`, 404],
      [`${CHANNEL}/noarch/newt-2.0-h0_0.conda`, 404],
      [`${CHANNEL}/noarch/${newt[0]}`, 404],
    ] as const) {
      expect([path, (await house.head(path)).statusCode]).toEqual([path, status]);
    }
    expect((await house.head(`/conda/conda/noarch/${newt[0]}`)).statusCode).toBe(200);
  });

  test('named as a subdir and as a folder of the address are found', async () => {
    const odd = POLICY.replace(
      'conda-forge: { kind: conda, min-age: 0d }',
      'linux-64: { kind: conda, min-age: 0d }, label: { kind: conda, min-age: 0d }',
    ).replace('conda-forge::frog', 'linux-64::frog, label::newt');
    const house = await houseAt(
      {
        'linux-64/noarch/repodata.json': repodata('noarch', [FROG]),
        'label/noarch/repodata.json': repodata('noarch', [record('newt', '1.0')]),
      },
      { policy: odd },
    );
    for (const channel of ['linux-64', 'linux-64/linux-64', 'linux-64/label/main']) {
      const flat = await readFlat(house, `/conda/${channel}/noarch/repodata.json`);
      expect([channel, Object.keys(flat)]).toEqual([channel, [FROG[0]]]);
    }
    for (const channel of ['label', 'label/label', 'label/label/main', 'label/label/label/main']) {
      const flat = await readFlat(house, `/conda/${channel}/noarch/repodata.json`);
      expect([channel, Object.keys(flat)]).toEqual([channel, ['newt-1.0-h0_0.conda']]);
    }
  });
});

describe('two houses', () => {
  test('on the same facts give the same bytes', async () => {
    const records = {
      noarch: [FROG, record('frog', '1.1', { depends: ['pond'] })],
      'linux-64': [record('pond', '2.1'), record('pond', '2.0', { ext: 'tar.bz2' as const })],
    };
    const turned = {
      noarch: records.noarch.toReversed(),
      'linux-64': records['linux-64'].toReversed(),
    };
    const houses = [await houseOf(records), await houseOf(turned)];
    const [one, other] = await Promise.all(houses.map((house) => tagsOf(house)));
    expect(one).toEqual(other);
  });

  test('on one store: a restart gives the same bytes, and old shards', async () => {
    const store = openMemoryStore();
    const before = await houseOf({ noarch: [FROG] }, { store });
    const tags = await tagsOf(before);
    const { paths } = await readShards(before, `${CHANNEL}/noarch`);
    await open.pop()?.[Symbol.asyncDispose]();
    const after = await houseOf({ noarch: [FROG, record('frog', '1.3')] }, { store });
    expect(await tagsOf(after)).toEqual(tags);
    after.advance(HOUR_MS);
    await expect.poll(() => shown(after), POLL).toHaveLength(2);
    expect((await after.get(paths['frog'] ?? '')).statusCode).toBe(200);
  });
});

async function tagsOf(house: CondaHouse): Promise<Readonly<Record<string, unknown>>> {
  const files = ['repodata.json', 'repodata.json.zst', 'repodata_shards.msgpack.zst'];
  const paths = SUBDIRS.flatMap((subdir) => files.map((file) => `${CHANNEL}/${subdir}/${file}`));
  const tags: Record<string, unknown> = {};
  for (const path of [...paths, `${CHANNEL}/channeldata.json`]) {
    const { headers, statusCode } = await house.get(path);
    if (statusCode !== 200) throw new Error(`${path}: ${statusCode}`);
    tags[path] = headers.etag;
  }
  return tags;
}
