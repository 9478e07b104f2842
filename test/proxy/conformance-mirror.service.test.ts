import { createHash } from 'node:crypto';

import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import type { Clock } from '../../src/model/time.ts';
import { createServer } from '../../src/proxy/server.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { type House, NOON, mitWheel, openHouse, policyText } from '../fixtures/house.ts';
import { until } from '../fixtures/taking.ts';
import { type FixtureWheel, sha256Of } from '../fixtures/wheels.ts';
import { buildZip } from '../fixtures/zip.ts';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const PAGE_URL = '/pypi/simple/frog/';
const HOUR_MS = 3_600_000;

const OLD = mitWheel({ name: 'frog', version: '1.0' });
const NEW = mitWheel({ name: 'frog', version: '1.1' });
const UNUSUAL = buildUnusual();

/** As builders wrote them before names had to be in normal form, in the file name and inside. */
function buildUnusual(): Pick<FixtureWheel, 'filename' | 'bytes' | 'sha256' | 'metadata'> {
  const metadata = Buffer.from(
    'Metadata-Version: 2.4\nName: Frog\nVersion: 1.2\nLicense-Expression: MIT\n',
  );
  const folder = 'Frog-1.2.dist-info';
  const members: readonly (readonly [string, Uint8Array])[] = [
    ['frog.py', Buffer.from('ribbit = True\n')],
    [`${folder}/METADATA`, metadata],
    [
      `${folder}/WHEEL`,
      Buffer.from('Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n'),
    ],
  ];
  const lines = members.map(([name, content]) => {
    const digest = createHash('sha256').update(content).digest('base64url');
    return `${name},sha256=${digest},${content.length}\n`;
  });
  const record = Buffer.from(`${lines.join('')}${folder}/RECORD,,\n`);
  const bytes = buildZip(
    [...members, [`${folder}/RECORD`, record] as const].map(([name, content]) => ({
      name,
      content,
    })),
  );
  return { filename: 'Frog-1.2-py3-none-any.whl', bytes, sha256: sha256Of(bytes), metadata };
}

interface PageFile {
  readonly filename: string;
  readonly url: string;
  readonly hashes: { readonly sha256: string };
  readonly yanked?: string;
  readonly 'upload-time'?: string;
  readonly 'core-metadata'?: { readonly sha256: string };
}

interface Page {
  readonly versions: readonly string[];
  readonly files: readonly PageFile[];
}

function serviceOf(house: House, clock: Clock = () => NOON): FastifyInstance {
  return createServer({
    mirror: house.mirror,
    record: () => {},
    clock,
    log: pino({ level: 'silent' }),
    publicUrl: 'https://gate.test',
    policyProblems: () => [],
  });
}

async function pageOf(app: FastifyInstance): Promise<Page> {
  return (await app.inject({ url: PAGE_URL, headers: { accept: JSON_TYPE } })).json<Page>();
}

function pathOf({ url }: PageFile): string {
  return new URL(url, `http://gate.test${PAGE_URL}`).pathname;
}

describe('what upstream says beside the standard', () => {
  const ELSEWHERE = 'https://elsewhere.test';
  const { filename, sha256, bytes } = OLD;
  const FILE = {
    filename,
    hashes: { sha256, md5: 'ab'.repeat(16) },
    size: bytes.length,
    'upload-time': '2020-01-02T03:04:05.678901Z',
    'requires-python': null,
    yanked: false,
    'gpg-sig': true,
    'dist-info-metadata': { sha256: sha256Of(OLD.metadata) },
    'data-dist-info-metadata': true,
    provenance: `${ELSEWHERE}/integrity/frog`,
    _cache: `${ELSEWHERE}/cache`,
    mirrors: [`${ELSEWHERE}/mirror`],
  };
  const EXTRA = {
    meta: {
      'api-version': '1.9',
      '_last-serial': 9_999_999,
      tracks: [`${ELSEWHERE}/simple/frog/`],
    },
    'alternate-locations': [`${ELSEWHERE}/other/frog/`],
    namespaces: [{ owner: `${ELSEWHERE}/owner` }],
    _private: `${ELSEWHERE}/private`,
    files: undefined,
  };

  test('is on no page: neither its keys nor its addresses', async () => {
    await using index = await startFakeIndex({ artifacts: [OLD] });
    const listed = (await (
      await fetch(`${index.url}frog/`, { headers: { accept: JSON_TYPE } })
    ).json()) as {
      readonly files: readonly { readonly url: string }[];
    };
    const files = [{ ...FILE, url: listed.files[0]?.url }];
    index.fault({
      match: /simple\/frog/,
      kind: 'body',
      body: JSON.stringify({ ...EXTRA, name: 'frog', versions: ['0.1', '1.0'], files }),
      headers: { 'content-type': JSON_TYPE },
    });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    const app = serviceOf(house);
    const page = await app.inject({ url: PAGE_URL, headers: { accept: JSON_TYPE } });
    expect(page.json()).toEqual({
      meta: { '_last-serial': expect.any(Number), 'api-version': '1.4' },
      name: 'frog',
      versions: ['1.0'],
      files: [
        {
          filename,
          url: `../../files/frog/${sha256}/${filename}`,
          hashes: { sha256 },
          'core-metadata': { sha256: sha256Of(OLD.metadata) },
          size: bytes.length,
          'upload-time': '2020-01-02T03:04:05.678901Z',
        },
      ],
    });
    for (const url of [PAGE_URL, '/pypi/pypi/frog/json', '/why/pypi/frog/1.0']) {
      const { body } = await app.inject(url);
      for (const text of ['elsewhere.test', '127.0.0.1', '9999999'])
        expect(body).not.toContain(text);
    }
  });
});

describe('metadata beside a wheel', () => {
  test('are the bytes in the wheel, with the hash that the page gives, also where its folder has an old name', async () => {
    await using index = await startFakeIndex({
      artifacts: [OLD, { ...UNUSUAL, project: 'frog' }],
    });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    const app = serviceOf(house);
    const { files } = await pageOf(app);
    expect(files.map(({ filename }) => filename).toSorted()).toEqual(
      [OLD.filename, UNUSUAL.filename].toSorted(),
    );
    for (const wheel of [OLD, UNUSUAL]) {
      const file = files.find(({ filename }) => filename === wheel.filename);
      if (file === undefined) throw new Error(`${wheel.filename} is not listed`);
      const metadata = await app.inject(`${pathOf(file)}.metadata`);
      expect(metadata.statusCode).toBe(200);
      expect(metadata.rawPayload).toEqual(Buffer.from(wheel.metadata));
      expect(file['core-metadata']).toEqual({ sha256: sha256Of(metadata.rawPayload) });
      const whole = await app.inject(pathOf(file));
      expect(whole.statusCode).toBe(200);
      expect(sha256Of(whole.rawPayload)).toBe(wheel.sha256);
    }
  });

  test('of what has none, and does not say that it has, are not there', async () => {
    const sdist = { filename: 'frog-1.3.tar.gz', bytes: Buffer.from('not a real one') };
    await using index = await startFakeIndex({ artifacts: [OLD, sdist] });
    await using house = await openHouse({
      index,
      policy: policyText(['frog'], 'versions: { formats: { sdist: allow } }'),
    });
    await house.walked();
    const app = serviceOf(house);
    for (const file of (await pageOf(app)).files) {
      const { statusCode } = await app.inject(`${pathOf(file)}.metadata`);
      expect([file.filename, statusCode !== 200]).toEqual([
        file.filename,
        file['core-metadata'] === undefined,
      ]);
    }
    const other = `/pypi/files/frog/${OLD.sha256}/frog-1.9-py3-none-any.whl.metadata`;
    const response = await app.inject(other);
    expect([response.statusCode, response.headers['cache-control']]).toEqual([404, 'no-store']);
  });
});

describe('a yank upstream', () => {
  test('of what was admitted is passed on for each file by itself, and taken back', async () => {
    const twin = mitWheel({ name: 'frog', version: '1.0', tags: 'cp312-none-any' });
    await using index = await startFakeIndex({ artifacts: [OLD, twin] });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    const app = serviceOf(house);
    for (const file of (await pageOf(app)).files)
      expect((await app.inject(pathOf(file))).statusCode).toBe(200);

    const reason = 'broken "wheel" <é>';
    index.yank(OLD.filename, reason);
    house.advance(HOUR_MS);
    await until(async () => (await yanks(app))[OLD.filename] !== undefined);
    expect(await yanks(app)).toEqual({ [OLD.filename]: reason, [twin.filename]: undefined });
    expect((await pageOf(app)).versions).toEqual(['1.0']);

    index.change(OLD.filename, { yanked: undefined });
    house.advance(HOUR_MS);
    await until(async () => (await yanks(app))[OLD.filename] === undefined);
    expect(await yanks(app)).toEqual({ [OLD.filename]: undefined, [twin.filename]: undefined });
  });
});

async function yanks(app: FastifyInstance): Promise<Readonly<Record<string, string | undefined>>> {
  const { files } = await pageOf(app);
  return Object.fromEntries(files.map(({ filename, yanked }) => [filename, yanked]));
}

describe('a page', () => {
  test('has another tag when the policy changes it, and the tag of the old one brings the new one', async () => {
    await using index = await startFakeIndex({ artifacts: [OLD, NEW] });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    const app = serviceOf(house);
    const before = await app.inject({ url: PAGE_URL, headers: { accept: JSON_TYPE } });
    const known = { accept: JSON_TYPE, 'if-none-match': `${before.headers.etag}` };
    expect((await app.inject({ url: PAGE_URL, headers: known })).statusCode).toBe(304);
    await house.activate(policyText(['frog ==1.0']));
    await house.walked();
    const after = await app.inject({ url: PAGE_URL, headers: known });
    expect(after.statusCode).toBe(200);
    expect(after.headers.etag).not.toBe(before.headers.etag);
    const refused = after.json<Page>().files.find(({ filename }) => filename === NEW.filename);
    expect(refused?.yanked).toContain('version/out-of-range');
  });

  test('and what is admitted are served while upstream is away, as before', async () => {
    await using index = await startFakeIndex({ artifacts: [OLD, NEW] });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    const app = serviceOf(house);
    const before = await app.inject({ url: PAGE_URL, headers: { accept: JSON_TYPE } });
    const admitted = before.json<Page>().files.find(({ filename }) => filename === OLD.filename);
    const away = before.json<Page>().files.find(({ filename }) => filename === NEW.filename);
    if (admitted === undefined || away === undefined) throw new Error('both are approved');
    expect((await app.inject(pathOf(admitted))).statusCode).toBe(200);

    await index.stop();
    house.advance(24 * HOUR_MS);
    const during = await app.inject({ url: PAGE_URL, headers: { accept: JSON_TYPE } });
    expect(during.json<Page>().files).toEqual(before.json<Page>().files);
    expect((await app.inject(pathOf(admitted))).statusCode).toBe(200);
    // What nobody had yet: not now, which is neither a refusal nor "there is no such file".
    const failed = await app.inject(pathOf(away));
    expect([failed.statusCode, failed.headers['cache-control']]).toEqual([503, 'no-store']);
    await index.start();
    expect((await app.inject(pathOf(away))).statusCode).toBe(200);
  });
});

describe('a project that upstream lacks', () => {
  test.each([
    ['which the policy allows', ['frog']],
    ['for which nobody asked', ['pond']],
  ])('%s is looked for again later, and never 404', async (_, allow) => {
    await using index = await startFakeIndex();
    await using house = await openHouse({ index, policy: policyText(allow) });
    await house.walked();
    let now = NOON;
    const app = serviceOf(house, () => now);
    expect((await pageOf(app)).versions).toEqual(['0+not.approved.by.policy']);
    index.add(OLD);
    expect((await pageOf(app)).versions).toEqual(['0+not.approved.by.policy']);
    expect(index.countOf(/simple\/frog/)).toBe(1);
    now += HOUR_MS;
    house.advance(HOUR_MS);
    await until(async () => (await pageOf(app)).versions[0] === '1.0');
  });

  test.each([500, 503, 429])('or that upstream answers %i for is 403, not 404', async (status) => {
    await using index = await startFakeIndex({ artifacts: [OLD] });
    index.fault({ match: /simple\/frog/, kind: 'status', status });
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    const app = serviceOf(house);
    const { versions, files } = await pageOf(app);
    expect(versions).toEqual(['0+not.approved.by.policy']);
    const [tombstone] = files;
    if (tombstone === undefined) throw new Error('the reason is listed');
    for (const suffix of ['', '.metadata']) {
      const refused = await app.inject(`${pathOf(tombstone)}${suffix}`);
      expect(refused.statusCode).toBe(403);
      expect(refused.statusMessage).toContain('upstream did not answer');
    }
  });
});

test('what is revoked is refused at its old address at once, with its metadata', async () => {
  await using index = await startFakeIndex({ artifacts: [OLD] });
  await using house = await openHouse({ index, policy: policyText(['frog']) });
  await house.walked();
  const app = serviceOf(house);
  const [file] = (await pageOf(app)).files;
  if (file === undefined) throw new Error('it is approved');
  expect((await app.inject(pathOf(file))).statusCode).toBe(200);
  await house.mirror.revoke({
    what: { kind: 'release', project: parseProjectName('frog'), version: '1.0' },
    reason: 'taken over',
    actor: 'ann',
    time: NOON,
  });
  for (const suffix of ['', '.metadata']) {
    const refused = await app.inject(`${pathOf(file)}${suffix}`);
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'revoked/release']);
  }
});
