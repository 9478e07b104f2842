import { createHash } from 'node:crypto';

import { afterEach, describe, expect, test } from 'vitest';

import { findCondaName } from '../../src/ecosystems/conda/names.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';
import { buildConda, type CondaPlan } from '../fixtures/conda-packages.ts';
import {
  CHANNEL,
  type CondaHouse,
  openCondaHouse,
  POLICY,
  PUBLIC_URL,
  readFlat,
  readShards,
  record,
  repodata,
  type UpstreamFiles,
} from './conda-house.ts';
import { listen } from './raw.ts';

const POLL = { timeout: 10_000, interval: 100 };
const FROG = record('frog', '1.2');
const NEWT = record('newt', '1.0');
const NOARCH = 'conda-forge/noarch/repodata.json';
const LINUX = 'conda-forge/linux-64/repodata.json';
const INDEX = `${CHANNEL}/noarch/repodata.json`;

const open: CondaHouse[] = [];

afterEach(async () => {
  for (const house of open.splice(0)) await house[Symbol.asyncDispose]();
});

async function houseAt(
  files: UpstreamFiles,
  plan: Parameters<typeof openCondaHouse>[1] = {},
): Promise<CondaHouse> {
  const house = await openCondaHouse(files, plan);
  open.push(house);
  return house;
}

async function shown(house: CondaHouse): Promise<readonly string[]> {
  return Object.keys(await readFlat(house, INDEX));
}

function nameOf(text: string) {
  const name = findCondaName(text);
  if (name === undefined) throw new Error(`not a name: ${text}`);
  return name;
}

describe('a refused artifact', () => {
  const GPL = record('frog', '1.3', { license: 'GPL-3.0-only' });
  const files = { [NOARCH]: repodata('noarch', [FROG, GPL]), [LINUX]: repodata('linux-64', []) };

  test('says why in the phrase, in what conda reads of the body, and where a person reads more', async () => {
    const house = await houseAt(files);
    const answer = await house.get(`${CHANNEL}/noarch/${GPL[0]}`);
    const why = `${PUBLIC_URL}/why/conda/frog/1.3`;
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      403,
      'application/problem+json',
    ]);
    expect(answer.statusMessage).toMatch(/^[ -~]{1,200}$/);
    expect(answer.statusMessage).toContain(why);
    expect(answer.json()).toMatchObject({
      type: 'urn:gatehouse:problem:license/not-allowed',
      title: 'Refused by policy',
      status: 403,
      detail: answer.statusMessage,
      reason: 'Refused by policy',
      message: answer.statusMessage,
      why,
    });
    expect((await house.get('/why/conda/frog/1.3?format=json')).statusCode).toBe(200);
    expect(house.lines.at(-1)).toMatchObject({
      kind: 'file',
      project: 'frog',
      channel: 'conda-forge',
      filename: `noarch/${GPL[0]}`,
      status: 403,
      bytes: 0,
    });
  });

  test('is refused by every address and method, and nothing of it is fetched', async () => {
    const house = await houseAt(files);
    const [sha256] = [String(GPL[1]['sha256'])];
    for (const folder of [
      CHANNEL,
      `${CHANNEL}/label/main`,
      `${CHANNEL}/label/a/b-c/linux-64`,
      `${CHANNEL}/conda-forge`,
      `${CHANNEL}/conda-forge/label/rc`,
      `/t/secret${CHANNEL}`,
      '/conda/t/secret/conda-forge',
    ]) {
      const path = `${folder}/noarch/${GPL[0]}`;
      const answers = [
        await house.get(path),
        await house.head(path),
        await house.get(path, { range: 'bytes=0-0' }),
        await house.get(path, { 'if-none-match': `"${sha256}"` }),
        await house.get(path, { 'if-none-match': '*' }),
        await house.get(path, { range: 'bytes=0-0', 'if-range': `"${sha256}"` }),
        await house.get(path.replace('.conda', '%2Econda')),
      ];
      expect([path, answers.map(({ statusCode }) => statusCode)]).toEqual([
        path,
        answers.map(() => 403),
      ]);
      for (const { headers } of answers) expect(headers).not.toHaveProperty('etag');
    }
    for (const path of [`shards/${sha256}.msgpack.zst`, `shards/${GPL[0]}`, sha256]) {
      expect((await house.get(`${CHANNEL}/noarch/${path}`)).statusCode).toBe(404);
    }
    expect(house.asked.filter((path) => path.includes('frog'))).toEqual([]);
  });

  test('stands apart from what is not known: an unknown file, package, channel', async () => {
    const house = await houseAt(files);
    const unknown = await house.get(`${CHANNEL}/noarch/frog-9.9-h0_0.conda`);
    expect(unknown.statusCode).toBe(404);
    expect(unknown.json()).toMatchObject({
      why: `${PUBLIC_URL}/why/conda/frog`,
      reason: 'Not found',
      message: expect.stringMatching(
        /^conda-forge\/noarch\/frog-9\.9-h0_0\.conda is not known here.*ask the owners/,
      ),
    });
    const nobody = await house.get(`${CHANNEL}/noarch/newt-1.0-h0_0.conda`);
    expect([nobody.statusCode, nobody.json().code]).toEqual([403, 'closure/not-needed']);
    expect(nobody.statusMessage).toMatch(/^newt is not approved.*\/why\/conda\/newt$/);
    const channel = await house.get('/conda/other/noarch/newt-1.0-h0_0.conda');
    expect([channel.statusCode, channel.json().message]).toEqual([
      404,
      expect.stringMatching(/the policy has no channel "other"; its owners can add/),
    ]);
  });

  test.each([
    ['conda-forge/frog', '../frog'],
    ['conda-forge/1.3', undefined],
    ['other/frog', undefined],
  ])('is found as well where a channel stands before the name: %s', async (path, location) => {
    const house = await houseAt(files);
    const answer = await house.get(`/why/conda/${path}`);
    expect(answer.headers.location).toBe(location);
  });

  test.each([
    ['frog-1.3-h0_0.tar.bz2', 404],
    ['frog-1-3-h0_0.conda', 403],
    ['frog-1.2-1.3-h0_0.conda', 403],
    ['FROG-1.3-h0_0.conda', 404],
    ['frog-1.3-H0_0.conda', 404],
    ['frog-1.3-h0_0.CONDA', 404],
    ['frog-1.3-h0_0.conda.conda', 404],
    ['_frog-1.3-h0_0.conda', 403],
    ['frog--1.3-h0_0.conda', 403],
    ['frog-1.3-h0_0.conda%00', 404],
    ['frog-1.3-h0_0.conda%20', 404],
    ['frog-1.3-h0_0.conda;x', 404],
    ['frog-1%2e3-h0_0.conda', 403],
    ['-1.3-h0_0.conda', 404],
    ['__glibc-2.28-0.conda', 404],
  ])('is not had by another spelling: %s', async (file, status) => {
    const house = await houseAt(files);
    expect((await house.head(`${CHANNEL}/noarch/${file}`)).statusCode).toBe(status);
  });
});

describe('an admitted artifact', () => {
  const FILE = 'demo-1.0-py_0.conda';
  const PATH = `${CHANNEL}/noarch/${FILE}`;
  const BYTES = Buffer.from(buildConda());

  async function demoHouse(plan: CondaPlan = {}): Promise<CondaHouse> {
    const bytes = Buffer.from(buildConda(plan));
    const [file, fields] = record('demo', '1.0', {
      build: 'py_0',
      noarch: 'python',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      md5: createHash('md5').update(bytes).digest('hex'),
      size: bytes.length,
    });
    const upstream = {
      [NOARCH]: repodata('noarch', [[file, fields]]),
      [`conda-forge/noarch/${FILE}`]: bytes,
    };
    return houseAt(upstream, { policy: POLICY.replace('::frog', '::demo') });
  }

  test('is what its record says, by GET, HEAD and in ranges', async () => {
    const house = await demoHouse();
    const entry = (await readFlat(house, INDEX))[FILE] ?? {};
    const before = await house.head(PATH);
    const whole = await house.get(PATH);
    expect(whole.rawPayload.equals(BYTES)).toBe(true);
    for (const hash of ['sha256', 'md5']) {
      expect(createHash(hash).update(whole.rawPayload).digest('hex')).toBe(entry[hash]);
    }
    expect(whole.rawPayload.length).toBe(entry['size']);
    for (const { headers } of [before, await house.head(PATH), whole]) {
      expect(headers).toMatchObject({
        etag: `"${String(entry['sha256'])}"`,
        'content-length': `${BYTES.length}`,
        'accept-ranges': 'bytes',
        'content-type': 'application/octet-stream',
        'cache-control': 'private, max-age=31536000, immutable',
      });
      expect(headers).not.toHaveProperty('content-encoding');
    }
    // Injected requests have no connection to end.
    const port = await listen(house.app);
    const sent = await fetch(`http://127.0.0.1:${port}${PATH}`);
    expect(Buffer.from(await sent.arrayBuffer()).equals(BYTES)).toBe(true);
    await expect
      .poll(() => house.lines, POLL)
      .toContainEqual(
        expect.objectContaining({
          kind: 'file',
          project: 'demo',
          channel: 'conda-forge',
          filename: `noarch/${FILE}`,
          sha256: entry['sha256'],
          status: 200,
          bytes: BYTES.length,
        }),
      );
  });

  test('is resumed where conda left off', async () => {
    const house = await demoHouse();
    const { headers } = await house.get(PATH);
    const etag = String(headers.etag);
    const size = BYTES.length;
    const rest = await house.get(PATH, { range: 'bytes=10-' });
    expect([rest.statusCode, rest.headers['content-range']]).toEqual([
      206,
      `bytes 10-${size - 1}/${size}`,
    ]);
    expect(rest.rawPayload.equals(BYTES.subarray(10))).toBe(true);
    expect((await house.get(PATH, { range: 'bytes=10-', 'if-range': etag })).statusCode).toBe(206);
    const other = await house.get(PATH, { range: 'bytes=10-', 'if-range': '"other"' });
    expect([other.statusCode, other.rawPayload.length]).toEqual([200, size]);
    const behind = await house.get(PATH, { range: `bytes=${size}-` });
    expect([behind.statusCode, behind.headers['content-range']]).toEqual([416, `bytes */${size}`]);
    expect(behind.json().message).toContain(`${size} bytes`);
    expect((await house.get(PATH, { 'if-none-match': etag })).statusCode).toBe(304);
  });

  test.each([
    ['its label', `${CHANNEL}/label/rc/linux-64x/noarch/${FILE}`, 200],
    ['the channel twice', `${CHANNEL}/conda-forge/noarch/${FILE}`, 200],
    ['a token', `/t/secret${CHANNEL}/noarch/${FILE}`, 200],
    ['another subdir', `${CHANNEL}/linux-64/${FILE}`, 404],
    ['its shards', `${CHANNEL}/noarch/shards/${FILE}`, 404],
  ])('by the address of %s', async (_name, path, status) => {
    const house = await demoHouse();
    expect((await house.get(path)).statusCode).toBe(status);
  });

  test('that is refused for its contents is refused at its first byte, and hidden from then on', async () => {
    const house = await demoHouse({ index: { license: 'GPL-3.0-only' } });
    expect(await shown(house)).toEqual([FILE]);
    const answer = await house.get(PATH);
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'license/not-allowed']);
    expect(answer.json().message).toBe(answer.json().detail);
    await expect.poll(() => shown(house), POLL).toEqual([]);
  });

  test('that upstream sends other bytes for is not served', async () => {
    const house = await demoHouse();
    house.files[`conda-forge/noarch/${FILE}`] = Buffer.concat([
      BYTES.subarray(0, -1),
      Buffer.of(1),
    ]);
    const answer = await house.get(PATH);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.rawPayload.length).toBeLessThan(BYTES.length + 2000);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });
});

describe('while upstream fails', () => {
  test.each([500, 503, 404, 429])('with %i the last state stays', async (status) => {
    const house = await houseAt({
      [NOARCH]: repodata('noarch', [FROG]),
      [LINUX]: repodata('linux-64', []),
    });
    const before = await house.get(INDEX);
    house.files[NOARCH] = status;
    house.files[LINUX] = status;
    const asked = house.asked.length;
    house.advance(2 * HOUR_MS);
    await expect.poll(() => house.asked.length, POLL).toBeGreaterThan(asked);
    const after = await house.get(INDEX);
    expect([after.statusCode, after.headers.etag]).toEqual([200, before.headers.etag]);
  });

  test('from the start on, nobody is told that a package does not exist', async () => {
    const house = await houseAt({ [NOARCH]: 503 });
    const index = await house.get(INDEX);
    expect([index.statusCode, index.headers['retry-after']]).toEqual([503, '2']);
    expect(index.json().message).toBe(index.json().detail);
  });
});

describe('a change of the policy', () => {
  const files = {
    [NOARCH]: repodata('noarch', [FROG, NEWT]),
    [LINUX]: repodata('linux-64', [record('pond', '2.1'), record('toad', '1.0')]),
  };
  const BEFORE = POLICY.replace('[conda-forge::frog]', '[conda-forge::frog, conda-forge::pond]');
  const AFTER = BEFORE.replace('::pond]', '::pond, conda-forge::toad]');

  test('changes the tags of the subdirs that it changes, and makes new shards of nothing else', async () => {
    const { store, kept } = countingShards();
    const house = await houseAt(files, { policy: BEFORE, store });
    const tags = await Promise.all(['noarch', 'linux-64'].map((subdir) => tagOf(house, subdir)));
    const shards = await readShards(house, `${CHANNEL}/linux-64`);
    expect([...kept]).toHaveLength(2);
    await house.activate(AFTER);
    await expect.poll(() => tagOf(house, 'linux-64'), POLL).not.toBe(tags[1]);
    expect(await tagOf(house, 'noarch')).toBe(tags[0]);
    const after = await readShards(house, `${CHANNEL}/linux-64`);
    expect(Object.keys(after.records)).toEqual(['pond-2.1-h0_0.conda', 'toad-1.0-h0_0.conda']);
    expect(after.paths['pond']).toBe(shards.paths['pond']);
    expect(kept).toHaveLength(3);
  });

  test('that takes something back takes the shard, at once and wherever it is asked for', async () => {
    const house = await houseAt(files, { policy: AFTER });
    const { paths } = await readShards(house, `${CHANNEL}/linux-64`);
    const denied = AFTER.replace(
      'licenses:',
      '  deny: [{ name: toad, reason: croaks }]\nlicenses:',
    );
    await house.activate(denied);
    expect((await house.get(paths['toad'] ?? '')).statusCode).toBe(404);
    expect((await house.get(`${CHANNEL}/linux-64/toad-1.0-h0_0.conda`)).statusCode).toBe(403);
    expect((await house.get(paths['pond'] ?? '')).statusCode).toBe(200);
    const elsewhere = (paths['pond'] ?? '').replace('linux-64', 'noarch');
    expect((await house.get(elsewhere)).statusCode).toBe(404);
  });
});

async function tagOf(house: CondaHouse, subdir: string): Promise<unknown> {
  return (await house.get(`${CHANNEL}/${subdir}/repodata_shards.msgpack.zst`)).headers.etag;
}

function countingShards(): { readonly store: ObjectStore; readonly kept: readonly string[] } {
  const store = openMemoryStore();
  const kept: string[] = [];
  const counting: ObjectStore = {
    ...store,
    put: async (key, ...rest) => {
      if (key.startsWith('shards/')) kept.push(key);
      return store.put(key, ...rest);
    },
  };
  return { store: counting, kept };
}

describe('an old shard', () => {
  test('is there a week after its index, and not after a revocation, which is a notice', async () => {
    const store = openMemoryStore();
    const house = await houseAt(
      { [NOARCH]: repodata('noarch', [FROG]), [LINUX]: repodata('linux-64', []) },
      { store },
    );
    const old = (await readShards(house, `${CHANNEL}/noarch`)).paths['frog'] ?? '';
    const bytes = (await house.get(old)).rawPayload;
    house.files[NOARCH] = repodata('noarch', [FROG, record('frog', '1.3')]);
    house.advance(8 * DAY_MS);
    await expect.poll(() => shown(house), POLL).toHaveLength(2);
    const now = (await readShards(house, `${CHANNEL}/noarch`)).paths['frog'] ?? '';
    expect(now).not.toBe(old);
    const kept = await house.get(old);
    expect([kept.statusCode, kept.rawPayload.equals(bytes)]).toEqual([200, true]);
    expect(kept.headers['cache-control']).toMatch(/immutable/);

    const what = { kind: 'release', project: nameOf('frog'), version: '1.2' } as const;
    const reason = 'it has a worm';
    await house.mirror.revoke({ what, reason, actor: 'ann', time: house.now() });
    expect((await house.get(old)).statusCode).toBe(404);
    expect((await house.get(now)).statusCode).toBe(404);
    expect(await shown(house)).toEqual(['frog-1.3-h0_0.conda']);
    expect((await house.get(`${CHANNEL}/noarch/${FROG[0]}`)).statusCode).toBe(403);

    const { body, headers, statusCode } = await house.get(`${CHANNEL}/notices.json`);
    expect([statusCode, headers['content-type']]).toEqual([200, 'application/json']);
    expect(body.length).toBeLessThan(1024 * 1024);
    const { notices } = JSON.parse(body);
    expect(notices).toEqual([
      {
        id: 'revoked-frog-1.2',
        message: 'frog 1.2 was revoked: it has a worm. Rebuild environments that have it.',
        level: 'warning',
        created_at: new Date(house.now()).toISOString(),
        expires_at: new Date(house.now() + 30 * DAY_MS).toISOString(),
      },
    ]);
    house.advance(31 * DAY_MS);
    expect((await house.get(`${CHANNEL}/notices.json`)).json()).toEqual({ notices: [] });
  });
});

describe('notices', () => {
  test('are told before anything is decided, and not of a channel that there is not', async () => {
    const house = await houseAt({ [NOARCH]: 503 });
    const { statusCode, body } = await house.get(`${CHANNEL}/notices.json`);
    expect([statusCode, body]).toEqual([200, '{"notices":[]}']);
    expect((await house.get('/conda/other/notices.json')).statusCode).toBe(404);
  });
});

test('a package that is too young appears at its time, by the clock of the mirror', async () => {
  const young = POLICY.replace('min-age: 0d', 'min-age: 7d');
  const future = record('frog', '1.2', { timestamp: Date.UTC(2020, 1, 1) });
  const house = await houseAt({ [NOARCH]: repodata('noarch', [future]) }, { policy: young });
  expect(await shown(house)).toEqual([]);
  expect((await house.head(`${CHANNEL}/noarch/${FROG[0]}`)).statusCode).toBe(403);
  house.advance(7 * DAY_MS + MINUTE_MS);
  await expect.poll(() => shown(house), POLL).toEqual([FROG[0]]);
});
