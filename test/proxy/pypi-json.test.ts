import { gunzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import type { Explanation } from '../../src/mirror/explain.ts';
import type { ViewEntry } from '../../src/mirror/view.ts';
import type { Finding } from '../../src/model/decision.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { DENIED, FOO, HASH, PUBLIC_URL, WHEEL, entry, openHouse } from './house.ts';

const METADATA = [
  'Metadata-Version: 2.1',
  'Name: Foo',
  'Version: 1.0',
  'Summary: Frogs',
  'Home-page: https://foo.test/',
  'Project-URL: Source, https://code.test/foo',
  'License: MIT',
  'Classifier: License :: OSI Approved',
  'Requires-Python: >=3.8',
  'Requires-Dist: bar>=1',
  '',
  'The description.',
].join('\n');
const MIT_SHA256 = parseSha256('cd'.repeat(32));

/** What the tests read of an answer. */
interface ApiJson {
  readonly info: Readonly<Record<string, unknown>>;
  readonly last_serial: number;
  readonly urls: readonly Readonly<Record<string, unknown>>[];
  readonly releases?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

function openShop(entries: readonly ViewEntry[], answers: Parameters<typeof openHouse>[0] = {}) {
  return openHouse({
    page: (project) => ({ project, entries }),
    openMetadata: () => ({
      kind: 'metadata',
      content: Buffer.from(METADATA),
      sha256: MIT_SHA256,
    }),
    ...answers,
  });
}

const WHOLE = entry({
  metadata: MIT_SHA256,
  uploadTime: '2024-06-16T12:00:00.123456Z',
  requiresPython: '>=3.8,',
});

describe('the JSON of a project', () => {
  test('has the keys that clients read', async () => {
    const { app } = openShop([WHOLE]);
    const response = await app.inject('/pypi/pypi/foo/json');
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'max-age=60, must-revalidate',
      vary: 'Accept-Encoding',
      'x-pypi-last-serial': '7',
    });
    const file = {
      comment_text: '',
      'core-metadata': { sha256: MIT_SHA256 },
      digests: { sha256: HASH },
      downloads: -1,
      filename: WHEEL,
      has_sig: false,
      packagetype: 'bdist_wheel',
      python_version: 'py3',
      requires_python: '>=3.8,',
      size: 12,
      upload_time: '2024-06-16T12:00:00',
      upload_time_iso_8601: '2024-06-16T12:00:00.123456Z',
      url: `${PUBLIC_URL}/packages/foo/${HASH}/${WHEEL}`,
      yanked: false,
      yanked_reason: null,
    };
    expect(response.json()).toEqual({
      info: {
        name: 'foo',
        version: '1.0',
        summary: 'Frogs',
        home_page: 'https://foo.test/',
        project_urls: { Source: 'https://code.test/foo' },
        license: 'MIT',
        license_files: [],
        classifiers: ['License :: OSI Approved'],
        dynamic: [],
        provides_extra: [],
        platform: '',
        package_url: `${PUBLIC_URL}/why/pypi/foo`,
        project_url: `${PUBLIC_URL}/why/pypi/foo`,
        release_url: `${PUBLIC_URL}/why/pypi/foo/1.0`,
        requires_dist: ['bar>=1'],
        requires_python: '>=3.8',
        yanked: false,
        yanked_reason: null,
      },
      last_serial: 7,
      releases: { '1.0': [file] },
      urls: [file],
      vulnerabilities: [],
    });
  });

  test('lists what is approved and nothing else, whatever pages show', async () => {
    const { app } = openShop([
      WHOLE,
      entry({ filename: 'foo-1.0.tar.gz', kind: 'refused', findings: [DENIED] }),
      entry({
        filename: 'foo-2.0-py3-none-any.whl',
        version: '2.0',
        kind: 'refused',
        hidden: true,
        findings: [DENIED],
      }),
      entry({ filename: 'foo-3.0-py3-none-any.whl', version: '3.0', kind: 'refused' }),
    ]);
    const { body } = await app.inject('/pypi/pypi/foo/json');
    const { releases, urls } = JSON.parse(body) as ApiJson;
    expect(releases).toEqual({ '1.0': [expect.objectContaining({ filename: WHEEL })] });
    expect(urls).toHaveLength(1);
    for (const refused of ['2.0', '3.0', 'tar.gz', 'license/not-allowed'])
      expect(body).not.toContain(refused);
  });

  test.each<readonly [string, readonly (readonly [string, Partial<ViewEntry>?])[], string]>([
    ['the newest', [['0.9'], ['1.10'], ['1.9']], '1.10'],
    ['a final one before a pre-release', [['1.0'], ['2.0rc1'], ['2.0.dev1']], '1.0'],
    ['a pre-release where there is nothing else', [['2.0a1'], ['2.0rc1']], '2.0rc1'],
    ['what is not yanked', [['1.0'], ['2.0', { yanked: { reason: '' } }]], '1.0'],
    ['what is yanked where all is', [['1.0', { yanked: { reason: 'a' } }]], '1.0'],
  ])('tells about %s', async (_, versions, expected) => {
    const entries = versions.map(([version, changes]) =>
      entry({ filename: `foo-${version}-py3-none-any.whl`, version, ...changes }),
    );
    const { app } = openShop(entries);
    const { info, releases } = (await app.inject('/pypi/pypi/foo/json')).json<ApiJson>();
    expect(info['version']).toBe(expected);
    expect(Object.keys(releases ?? {})).toHaveLength(versions.length);
  });

  test('has one release for versions that are equal', async () => {
    const { app } = openShop([
      entry({ filename: 'foo-1.0-py3-none-any.whl' }),
      entry({ filename: 'foo-1.0.0.tar.gz', version: '1.0.0' }),
    ]);
    const { releases, urls } = (await app.inject('/pypi/pypi/foo/json')).json<ApiJson>();
    expect(Object.keys(releases ?? {})).toEqual(['1.0']);
    expect(urls.map(({ packagetype, python_version: python }) => [packagetype, python])).toEqual([
      ['bdist_wheel', 'py3'],
      ['sdist', 'source'],
    ]);
  });

  test('says that a release is yanked, and why', async () => {
    const { app } = openShop([entry({ yanked: { reason: 'broken' } })]);
    const { info, urls } = (await app.inject('/pypi/pypi/foo/json')).json<ApiJson>();
    for (const said of [info, urls[0]])
      expect(said).toMatchObject({ yanked: true, yanked_reason: 'broken' });
  });

  // Renovate checks the types of these, and refuses the whole answer for a null.
  test('leaves out what is not known', async () => {
    const { app } = openShop([entry()], { openMetadata: () => ({ kind: 'absent' }) });
    const { info, urls } = (await app.inject('/pypi/pypi/foo/json')).json<ApiJson>();
    for (const key of ['home_page', 'project_urls']) expect(info).not.toHaveProperty(key);
    for (const key of ['upload_time', 'upload_time_iso_8601', 'md5_digest'])
      expect(urls[0]).not.toHaveProperty(key);
    expect(info).toMatchObject({ requires_dist: null, requires_python: null, summary: null });
  });

  test.each<readonly [string, Partial<ViewEntry>, string]>([
    [
      'of which a version is refused',
      { kind: 'refused', version: '2.0', findings: [DENIED] },
      `${DENIED.message} (license/not-allowed); see ${PUBLIC_URL}/why/pypi/foo/2.0`,
    ],
    [
      'of which nothing can be listed',
      { kind: 'tombstone', findings: [{ ...DENIED, message: 'foo is denied' }] },
      `foo is denied (license/not-allowed); see ${PUBLIC_URL}/why/pypi/foo`,
    ],
  ])('%s has no releases and says why', async (_, changes, summary) => {
    const { app } = openShop([{ ...entry(), ...changes }]);
    const response = await app.inject('/pypi/pypi/foo/json');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      info: { name: 'foo', summary, version: null },
      releases: {},
      urls: [],
    });
  });

  test('whose refused versions are hidden says nothing', async () => {
    const { app } = openShop([]);
    const { info } = (await app.inject('/pypi/pypi/foo/json')).json<ApiJson>();
    expect(info['summary']).toBeNull();
  });

  test('waits for what is not known yet', async () => {
    const { app, lines } = openHouse({ page: () => 'waiting' });
    const response = await app.inject('/pypi/pypi/foo/json');
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('2');
    expect(lines).toEqual([expect.objectContaining({ kind: 'page', project: 'foo', status: 503 })]);
  });
});

const ABSENT: Finding = { ...DENIED, code: 'record/missing', message: 'foo 9 does not exist' };

function explained(changes: Partial<Explanation>): Explanation {
  return {
    ecosystem: 'pypi',
    project: FOO,
    verdict: 'deny',
    basis: 'record',
    findings: [DENIED],
    artifacts: [],
    advice: [],
    policy: MIT_SHA256,
    ...changes,
  };
}

describe('the JSON of a version', () => {
  test.each(['1.0', '1.0.0', 'v1', '1.0%20'])('is found as %s', async (version) => {
    const { app } = openShop([WHOLE, entry({ filename: 'foo-2.0.tar.gz', version: '2.0' })]);
    const response = await app.inject(`/pypi/pypi/foo/${version}/json`);
    const body = response.json<ApiJson>();
    expect(body.info).toMatchObject({ version: '1.0', summary: 'Frogs' });
    expect(body.urls.map(({ filename }) => filename)).toEqual([WHEEL]);
    expect(body).not.toHaveProperty('releases');
  });

  test.each<readonly [string, Explanation | undefined, number, string]>([
    ['that is refused', explained({}), 403, 'license/not-allowed'],
    ['that upstream lacks', explained({ findings: [ABSENT], isAbsent: true }), 404, 'not-found'],
    ['that nobody asked upstream for', explained({ findings: [ABSENT] }), 403, 'record/missing'],
    ['that is not known yet', undefined, 503, 'not-ready'],
    ['that was approved meanwhile', explained({ verdict: 'approve' }), 503, 'not-ready'],
  ])('%s is answered with what is known', async (_, explanation, status, code) => {
    const { app, lines } = openShop([WHOLE], { explain: () => explanation });
    const response = await app.inject('/pypi/pypi/foo/9/json');
    expect(response.statusCode).toBe(status);
    expect(response.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
    expect(response.json()).toMatchObject({ status, code });
    expect(lines).toEqual([expect.objectContaining({ kind: 'page', status })]);
  });

  test('that is refused says why in the reason phrase too', async () => {
    const { app } = openShop([], { explain: () => explained({}) });
    const response = await app.inject('/pypi/pypi/foo/2.0/json');
    expect(response.statusMessage).toContain('GPL-3.0-only');
    expect(response.headers['x-error-message']).toBe(response.statusMessage);
  });

  test('that is hidden is not told from one that is not there', async () => {
    const policy = loadPolicy({
      text: 'version: 1\ntargets: { python: ["3.12"], platforms: [win_amd64] }\npackages: { allow: [foo] }\ndenials: { show: hide }\n',
      file: 'policy.yaml',
    });
    const { app, asked } = openShop([WHOLE], {
      explain: () => explained({}),
      status: () => ({ policy }),
    });
    const response = await app.inject('/pypi/pypi/foo/2.0/json');
    expect(response.statusCode).toBe(404);
    expect(response.body).not.toContain('GPL');
    expect(asked.map(([question]) => question)).not.toContain('explain');
  });
});

describe('an address of the JSON API', () => {
  test.each([
    ['/pypi/pypi/Foo_.Bar/json', '../foo-bar/json'],
    ['/pypi/pypi/Foo/json?x=1', '../foo/json?x=1'],
    ['/pypi/pypi/Foo/1.0+CPU/json', '../../foo/1.0%2Bcpu/json'],
  ])('%s is sent to %s', async (url, location) => {
    const { app, asked } = openHouse();
    const response = await app.inject(url);
    expect(response.statusCode).toBe(301);
    expect(response.headers.location).toBe(location);
    expect(asked).toEqual([]);
  });

  test.each([
    '/pypi/pypi/-x/json',
    '/pypi/pypi/foo/not-a-version/json',
    '/pypi/pypi/foo%0a/json',
    '/pypi/pypi/foo/1.0/json/',
    '/pypi/pypi/foo',
    '/pypi/pypi/foo/1.0',
    '/pypi/pypi/..%2ffoo/json',
  ])('%s is nothing, and nobody is asked', async (url) => {
    const { app, asked } = openHouse();
    expect((await app.inject(url)).statusCode).toBe(404);
    expect(asked).toEqual([]);
  });

  test('is only read', async () => {
    const { app } = openHouse();
    const response = await app.inject({ method: 'POST', url: '/pypi/pypi/foo/json' });
    expect(response.statusCode).toBe(405);
    expect(response.headers['allow']).toBe('GET, HEAD');
  });

  test('is kept, compressed and tagged as pages are, whatever is accepted', async () => {
    const { app, asked } = openShop([WHOLE]);
    const url = '/pypi/pypi/foo/json';
    const plain = await app.inject({ url, headers: { accept: 'text/html' } });
    const gzip = await app.inject({ url, headers: { 'accept-encoding': 'gzip' } });
    expect(gunzipSync(gzip.rawPayload)).toEqual(plain.rawPayload);
    const again = await app.inject({ url, headers: { 'if-none-match': `${plain.headers.etag}` } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    const head = await app.inject({ method: 'HEAD', url });
    expect(head.headers['content-length']).toBe(`${plain.rawPayload.length}`);
    // Each form is drawn once.
    expect(asked.filter(([question]) => question === 'page')).toHaveLength(2);
  });

  test('is another page than that of the simple API', async () => {
    const { app } = openShop([WHOLE]);
    const simple = await app.inject('/pypi/simple/foo/');
    const json = await app.inject('/pypi/pypi/foo/json');
    const release = await app.inject('/pypi/pypi/foo/1.0/json');
    expect(new Set([simple.headers.etag, json.headers.etag, release.headers.etag]).size).toBe(3);
  });
});

test('the files that it links to are the files of the pages', async () => {
  const { app, asked } = openShop([WHOLE]);
  const { urls } = (await app.inject('/pypi/pypi/foo/json')).json<ApiJson>();
  const path = String(urls[0]?.['url']).slice(PUBLIC_URL.length);
  await app.inject(path);
  expect(asked.at(-1)).toEqual(['open', { project: FOO, sha256: HASH, filename: WHEEL }]);
  await app.inject(`${path}.metadata`);
  expect(asked.at(-1)?.[0]).toBe('openMetadata');
});
