import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { createServer } from '../../src/proxy/server.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { FakeArtifact } from '../fakes/pages.ts';
import { type FakeIndexOptions, startFakeIndex } from '../fakes/upstream.ts';
import { type House, NOON, mitWheel, openHouse, policyText } from '../fixtures/house.ts';

const PUBLIC_URL = 'https://gate.test/mirror';
const SIMPLE = 'application/vnd.pypi.simple.v1+json';

interface Page {
  readonly 'project-status'?: unknown;
  readonly versions: readonly string[];
  readonly files: readonly {
    readonly filename: string;
    readonly yanked?: string;
    readonly [key: string]: unknown;
  }[];
}

interface Root {
  readonly meta: { readonly '_last-serial': number };
  readonly projects: readonly { readonly name: string; readonly '_last-serial': number }[];
}

interface ApiJson {
  readonly info: { readonly version: string | null; readonly summary: string | null };
  readonly last_serial: number;
  readonly releases: Readonly<Record<string, readonly { readonly filename: string }[]>>;
}

/** The service in front of a whole mirror. */
function serviceOf(house: House): FastifyInstance {
  return createServer({
    mirror: house.mirror,
    record: () => {},
    clock: () => NOON,
    log: pino({ level: 'silent' }),
    publicUrl: PUBLIC_URL,
    policyProblems: () => [],
  });
}

async function simple(app: FastifyInstance, project: string): Promise<Page> {
  const url = `/pypi/simple/${project}/`;
  return (await app.inject({ url, headers: { accept: SIMPLE } })).json<Page>();
}

async function root(app: FastifyInstance): Promise<Root> {
  return (await app.inject({ url: '/pypi/simple/', headers: { accept: SIMPLE } })).json<Root>();
}

function bytesOf(filename: string): FakeArtifact {
  return { filename, project: 'odd-frog', bytes: Buffer.from(filename) };
}

const GOOD = { ...mitWheel({ name: 'odd-frog', version: '1.0' }), requiresPython: '>=3.8,' };
const UNUSUAL = {
  ...mitWheel({ name: 'Odd.Frog', version: '1.1' }),
  filename: 'Odd.Frog-1.1-py3-none-any.whl',
};
const OLD_STAR = { ...mitWheel({ name: 'odd-frog', version: '1.2' }), requiresPython: '>=3.6.*' };
const GARBAGE = { ...mitWheel({ name: 'odd-frog', version: '1.3' }), requiresPython: 'tadpoles' };

/** What no standard reads, as old projects have it: nobody can install it, and no page shows it. */
const UNREADABLE = [
  'odd_frog-1.0-py2.7.egg',
  'odd_frog-1.0.win32-py2.7.exe',
  'odd_frog-1.0.win-amd64.msi',
  'odd_frog-1.0-1.noarch.rpm',
  'odd_frog-1.0-1.src.rpm',
  'odd_frog-1.0.dmg',
  'odd_frog_1.0_all.deb',
  'odd_frog-1.0.linux-x86_64.tar.gz',
  'odd_frog-1.0.tar.bz2',
  'odd_frog-1.0.tar.Z',
  'odd_frog-1.0.tgz',
  'odd_frog-2004d.tar.gz',
  'odd_frog-1.0-final-release.zip',
  'odd_frog-not.a.version-py3-none-any.whl',
  'odd__frog-1.4-py3-none-any.whl',
  'other_frog-1.5-py3-none-any.whl',
  'odd_frog-1.0-variants.json',
  'odd_frog-1.0-py3-none-any.whl.asc',
];
/** What can be read only by who knows the project. */
const SDISTS = [
  ['Odd-Frog-3.0-1.tar.gz', '3.0.post1'],
  ['odd.frog-3.0-rc1.zip', '3.0rc1'],
] as const;

describe.each<readonly [string, FakeIndexOptions]>([
  ['JSON', {}],
  ['JSON 1.1, without metadata', { form: 'json', sidecars: false, etag: false }],
  ['HTML', { form: 'html' }],
  ['HTML, with files elsewhere', { form: 'html', separateFileHost: true }],
])('an odd upstream in %s', (_, options) => {
  async function openOdd() {
    const index = await startFakeIndex({
      ...options,
      artifacts: [
        GOOD,
        UNUSUAL,
        OLD_STAR,
        GARBAGE,
        { ...bytesOf('odd_frog-1.0.tar.gz'), sha256: undefined },
        ...UNREADABLE.map(bytesOf),
        ...SDISTS.map(([filename]) => bytesOf(filename)),
      ],
    });
    const house = await openHouse({
      index,
      policy: policyText(['odd-frog'], 'versions: { min-age: 0d }'),
    });
    await house.walked();
    return {
      house,
      app: serviceOf(house),
      async [Symbol.asyncDispose]() {
        await house[Symbol.asyncDispose]();
        await index[Symbol.asyncDispose]();
      },
    };
  }

  test('is served as what of it can be read, and that for the right reason', async () => {
    await using odd = await openOdd();
    const { house, app } = odd;
    const { files } = await simple(app, 'odd-frog');
    const shown = files.map(({ filename, yanked }) => [filename, yanked === undefined]);
    expect(Object.fromEntries(shown)).toMatchObject({
      [GOOD.filename]: true,
      [UNUSUAL.filename]: true,
    });
    expect(
      files.map(({ filename }) => filename).filter((name) => UNREADABLE.includes(name)),
    ).toEqual([]);
    expect(shown.filter(([, isInstallable]) => isInstallable)).toHaveLength(2);
    expect(files.find(({ filename }) => filename === GOOD.filename)).toMatchObject({
      'requires-python': '>=3.8,',
    });
    for (const [filename, version] of SDISTS) {
      const { artifacts } = await house.explain('odd-frog', version);
      expect(artifacts).toMatchObject([{ filename, verdict: 'deny' }]);
      expect(artifacts[0]?.findings.map(({ code }) => code)).toContain('format/denied');
    }
    for (const version of ['1.2', '1.3']) {
      const { artifacts } = await house.explain('odd-frog', version);
      expect(artifacts[0]?.findings.map(({ code }) => code)).toEqual([
        'target/invalid-requires-python',
      ]);
    }
  });

  test('is the same in each form, with nothing of its addresses', async () => {
    await using odd = await openOdd();
    const { app } = odd;
    const page = await app.inject({ url: '/pypi/simple/odd-frog/', headers: { accept: SIMPLE } });
    const html = await app.inject('/pypi/simple/odd-frog/');
    const api = await app.inject('/pypi/pypi/odd-frog/json');
    for (const { body, statusCode } of [page, html, api]) {
      expect(statusCode).toBe(200);
      expect(body).not.toContain('127.0.0.1');
    }
    const { files } = page.json<Page>();
    expect([...html.body.matchAll(/>([^<]+)<\/a>/g)].map(([, text]) => text)).toEqual(
      files.map(({ filename }) => filename),
    );
    expect(page.body).not.toContain('null');
    const { releases, info } = api.json<ApiJson>();
    expect(
      Object.values(releases).flatMap((found) => found.map(({ filename }) => filename)),
    ).toEqual([GOOD.filename, UNUSUAL.filename]);
    expect(info.version).toBe('1.1');
  });
});

/** Asks as a client does that resolves redirects against the address that it asked. */
async function follow(app: FastifyInstance, url: string) {
  const response = await app.inject(new URL(url).pathname);
  const { location } = response.headers;
  return location === undefined ? response : app.inject(new URL(location, url).pathname);
}

describe('what asks the JSON API finds it where it looks', () => {
  const base = 'http://gate.test/pypi';
  test.each([
    ['Renovate, whose registry is /pypi/pypi/', new URL('odd-frog/json', `${base}/pypi/`).href],
    [
      'Dependabot, whose index is /pypi/simple/ and which asks for the name as it is written',
      `${`${base}/simple/`.replace(/\/simple\/?$/i, '/pypi/').replace(/\/$/, '')}/Odd.Frog/json`,
    ],
    ['poetry, whose source is /pypi/', `${base}/pypi/odd-frog/1.0/json`],
    ['bandersnatch, whose master is /pypi', `${base}/pypi/odd-frog/json`],
  ])('%s', async (_, url) => {
    await using index = await startFakeIndex({ artifacts: [GOOD] });
    await using house = await openHouse({ index, policy: policyText(['odd-frog']) });
    const response = await follow(serviceOf(house), url);
    expect(response.statusCode).toBe(200);
    // The types that Renovate checks, the keys that poetry and bandersnatch read without asking.
    expect(response.json()).toMatchObject({
      info: {
        name: 'odd-frog',
        version: '1.0',
        summary: expect.any(String),
        platform: expect.any(String),
        requires_dist: [],
        requires_python: '>=3.8,',
      },
      last_serial: expect.any(Number),
      urls: [
        {
          filename: GOOD.filename,
          digests: { sha256: GOOD.sha256 },
          packagetype: 'bdist_wheel',
          size: GOOD.bytes.length,
          upload_time: '2020-01-01T00:00:00',
          upload_time_iso_8601: '2020-01-01T00:00:00.000000Z',
          url: expect.stringMatching(/\/packages\/odd-frog\//),
          yanked: false,
        },
      ],
    });
  });

  test('bandersnatch, whose list of projects has no slash at its end', async () => {
    await using index = await startFakeIndex({ artifacts: [GOOD] });
    await using house = await openHouse({ index, policy: policyText(['odd-frog']) });
    await house.walked();
    const response = await follow(serviceOf(house), `${base}/simple`);
    expect(response.body).toContain('odd-frog');
  });
});

describe('one version', () => {
  test.each<readonly [string, string, number, string]>([
    ['that is approved', 'frog/1.0', 200, '"version":"1.0"'],
    ['that is refused', 'frog/2.0', 403, 'upstream has no project nowhere'],
    ['that upstream does not list', 'frog/9', 404, 'frog 9 does not exist'],
    ['of a project that upstream lacks', 'nowhere/1.0', 404, 'upstream has no project nowhere'],
    ['of a project that nobody asked for', 'moss/1.0', 403, 'packages.allow has no entry for it'],
    ['that a project lacks for which nobody asked', 'moss/9', 404, 'moss 9 does not exist'],
    ['of a denied project, for which upstream is not asked', 'toad/9', 403, 'slippery'],
    ['of a project that upstream did not answer for', 'pond/1.0', 403, 'did not answer'],
  ])('%s says so', async (_, path, status, text) => {
    await using index = await startFakeIndex({
      artifacts: [
        mitWheel({ name: 'frog', version: '1.0' }),
        mitWheel({ name: 'frog', version: '2.0', requiresDist: ['nowhere'] }),
        mitWheel({ name: 'moss', version: '1.0' }),
        mitWheel({ name: 'pond', version: '1.0' }),
      ],
    });
    index.fault({ match: /simple\/pond/, kind: 'status', status: 500 });
    const policy = policyText(['frog', 'pond']).replace(
      'packages:\n',
      'packages:\n  deny: [{ name: toad, reason: slippery }]\n',
    );
    await using house = await openHouse({ index, policy });
    await house.walked();
    const response = await serviceOf(house).inject(`/pypi/pypi/${path}/json`);
    expect([response.statusCode, response.body]).toEqual([status, expect.stringContaining(text)]);
    expect(index.countOf(/toad/)).toBe(0);
  });
});

describe('serials', () => {
  test('grow with every decision, and over restarts, and no page is below the list of projects', async () => {
    const artifacts = [
      mitWheel({ name: 'frog', version: '1.0' }),
      mitWheel({ name: 'pond', version: '1.0' }),
    ];
    await using index = await startFakeIndex({ artifacts });
    const store = openMemoryStore();
    const seen: number[] = [];
    async function look(app: FastifyInstance): Promise<readonly string[]> {
      const { meta, projects } = await root(app);
      const serial = meta['_last-serial'];
      expect(projects.map((project) => project['_last-serial'])).toEqual(
        projects.map(() => serial),
      );
      for (const url of ['/pypi/simple/frog/', '/pypi/pypi/frog/json', '/pypi/pypi/pond/json']) {
        const { headers } = await app.inject(url);
        expect(Number(headers['x-pypi-last-serial'])).toBeGreaterThanOrEqual(serial);
      }
      seen.push(serial);
      return projects.map(({ name }) => name);
    }

    {
      await using house = await openHouse({ index, policy: policyText(['frog', 'pond']), store });
      await house.walked();
      const app = serviceOf(house);
      expect(await look(app)).toEqual(['frog', 'pond']);
      expect(await look(app)).toEqual(['frog', 'pond']);
      await house.mirror.revoke({
        what: { kind: 'release', project: parseProjectName('frog'), version: '1.0' },
        reason: 'taken over',
        actor: 'ann',
        time: NOON,
      });
      // Before any seal: the gate is asked.
      expect(await look(app)).toEqual(['pond']);
    }
    await using again = await openHouse({ index, policy: policyText(['frog', 'pond']), store });
    await again.walked();
    expect(await look(serviceOf(again))).toEqual(['pond']);
    const [first = 0, same = 0, revoked = 0, restarted = 0] = seen;
    expect(same).toBe(first);
    expect(revoked).toBeGreaterThan(first);
    expect(restarted).toBeGreaterThanOrEqual(revoked);
  });

  test('a project that the policy denies leaves the list before the next seal', async () => {
    const artifacts = [
      mitWheel({ name: 'frog', version: '1.0' }),
      mitWheel({ name: 'pond', version: '1.0' }),
    ];
    await using index = await startFakeIndex({ artifacts });
    await using house = await openHouse({ index, policy: policyText(['frog', 'pond']) });
    await house.walked();
    // Nothing that the next seal waits for is answered.
    await index.stop();
    const denied = policyText(['frog', 'pond']).replace(
      'packages:\n',
      'packages:\n  deny: [{ name: frog, reason: slippery }]\n',
    );
    await house.activate(denied);
    expect(house.mirror.projects()).toEqual(['pond']);
  });
});

describe('the status that upstream gives a project', () => {
  test.each(['archived', 'deprecated', 'active'])('is passed on: %s', async (status) => {
    await using index = await startFakeIndex({
      artifacts: [mitWheel({ name: 'frog', version: '1.0' })],
    });
    index.setStatus('frog', status, 'use <b>"pond"</b>');
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    const app = serviceOf(house);
    const page = await simple(app, 'frog');
    expect(page['project-status']).toEqual({ status, reason: 'use <b>"pond"</b>' });
    expect(page.versions).toEqual(['1.0']);
    const { body } = await app.inject('/pypi/simple/frog/');
    expect(body).toContain(`<meta name="pypi:project-status" content="${status}">`);
    expect(body).toContain(
      '<meta name="pypi:project-status-reason" content="use &lt;b&gt;&quot;pond&quot;&lt;/b&gt;">',
    );
  });

  test('quarantined takes every file of upstream away, and says why', async () => {
    await using index = await startFakeIndex({
      artifacts: [mitWheel({ name: 'frog', version: '1.0' })],
    });
    index.setStatus('frog', 'quarantined', 'malware');
    await using house = await openHouse({ index, policy: policyText(['frog']) });
    await house.walked();
    const app = serviceOf(house);
    const page = await simple(app, 'frog');
    expect(page['project-status']).toEqual({ status: 'quarantined', reason: 'malware' });
    expect(page.versions).toEqual(['0+not.approved.by.policy']);
    const { releases, info } = (await app.inject('/pypi/pypi/frog/json')).json<ApiJson>();
    expect(releases).toEqual({});
    expect(info.summary).toContain('quarantined');
    await house.activate(policyText(['frog'], 'denials: { show: hide }'));
    await house.walked();
    expect((await simple(app, 'frog')).files).toEqual([]);
    expect((await root(app)).projects).toEqual([]);
  });
});
