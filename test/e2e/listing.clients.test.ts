import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { ALL_CLIENTS, openNotebook } from './clients.ts';
import { expectSuccess } from './expectations.ts';
import { policyFor } from './policy.ts';
import { type Service, startService } from './service.ts';

const WHEELS = [
  { ...mitWheel({ name: 'frog', version: '1.0' }), uploadTime: '2024-01-01T00:00:00.000000Z' },
  { ...mitWheel({ name: 'frog', version: '2.0' }), uploadTime: '2025-06-01T00:00:00.000000Z' },
  mitWheel({ name: 'frog', version: '3.0' }),
  mitWheel({ name: 'stranger', version: '1.0' }),
];

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({ artifacts: WHEELS });
  service = await startService({ upstream: index.url, policy: policyFor(['frog <3']) });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

const PIPS = ALL_CLIENTS.filter(({ tool }) => tool === 'pip');
const UVS = ALL_CLIENTS.filter(({ tool }) => tool === 'uv');
const NEWEST = PIPS.filter(({ name }) => name === 'pip');

test.for(PIPS)('$name lists the versions that are approved', async (client) => {
  await using notebook = await openNotebook(client, service.indexUrl);
  const ran = await notebook.run('index', 'versions', 'frog');
  expectSuccess(ran);
  expect(ran.stdout).toMatch(/frog \(2\.0\)\s+Available versions: 2\.0, 1\.0\b/);
});

// It has no place for a reason.
test.for(PIPS)('$name lists what is refused where nothing is approved', async (client) => {
  await using notebook = await openNotebook(client, service.indexUrl);
  for (const [project, version] of [
    ['stranger', '1.0'],
    ['nonesuch', '0+not.approved.by.policy'],
  ] as const) {
    const ran = await notebook.run('index', 'versions', project);
    expectSuccess(ran);
    expect(ran.stdout).toContain(`Available versions: ${version}\n`);
  }
});

test.for(NEWEST)('$name lists the approved versions for programs', async (client) => {
  await using notebook = await openNotebook(client, service.indexUrl);
  const ran = await notebook.run('index', 'versions', '--json', 'frog');
  expectSuccess(ran);
  expect(JSON.parse(ran.stdout)).toMatchObject({ versions: ['2.0', '1.0'], latest: '2.0' });
});

test.for(PIPS)(
  '$name downloads what is approved, and reads why something is not',
  async (client) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    expectSuccess(await notebook.run('download', 'frog', '-d', 'files'));
    expect(await readdir(join(notebook.directory, 'files'))).toEqual(['frog-2.0-py3-none-any.whl']);
    const refused = await notebook.run('download', 'frog==3.0', '-d', 'files');
    expect(refused.status).not.toBe(0);
    expect(refused.said).toContain(
      'frog 3.0 is out of range: packages.allow has frog <3 (version/out-of-range)',
    );
  },
);

test.for(NEWEST)('$name takes what was uploaded before a day', async (client) => {
  await using notebook = await openNotebook(client, service.indexUrl);
  expectSuccess(await notebook.install('--uploaded-prior-to', '2025-01-01', 'frog'));
  expect(await notebook.installed()).toEqual({ frog: '1.0' });
  expectSuccess(await notebook.install('--uploaded-prior-to', 'P3D', 'frog'));
  expect(await notebook.installed()).toEqual({ frog: '2.0' });
});

test.for(UVS)('$name takes what was uploaded before a day', async (client) => {
  await using notebook = await openNotebook(client, service.indexUrl);
  expectSuccess(await notebook.install('--exclude-newer', '2025-01-01', 'frog'));
  expect(await notebook.installed()).toEqual({ frog: '1.0' });
});

test.for(UVS.filter(({ name }) => name === 'uv'))(
  '$name takes what is older than a span',
  async (client) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    expectSuccess(await notebook.install('--exclude-newer', '3 days', 'frog'));
    expect(await notebook.installed()).toEqual({ frog: '2.0' });
  },
);

test.for(ALL_CLIENTS.filter(({ name }) => ['pip', 'uv', 'uv 0.9.4'].includes(name)))(
  '$name finds nothing where everything is newer',
  async (client) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    const option = client.tool === 'uv' ? '--exclude-newer' : '--uploaded-prior-to';
    const ran = await notebook.install(option, '2010-01-01', 'frog');
    expect(ran.status).not.toBe(0);
    expect(ran.said).toContain(
      client.tool === 'uv' ? 'there are no versions of frog' : '(from versions: none)',
    );
  },
);

test.for(NEWEST)(
  '$name keeps a page for its minute, unless it is told to ask again',
  async (client) => {
    await using front = await startCountingFront(service.url);
    await using notebook = await openNotebook(client, `${front.url}/pypi/simple/`);
    async function pagesAsked(...words: readonly string[]): Promise<number> {
      const before = front.countOf(/^\/pypi\/simple\/frog\//);
      expectSuccess(await notebook.install(...words, 'frog'));
      return front.countOf(/^\/pypi\/simple\/frog\//) - before;
    }
    expect(await pagesAsked()).toBe(1);
    expect(await pagesAsked()).toBe(0);
    expect(await pagesAsked('--refresh-package', 'frog')).toBe(1);
  },
);

test('in mode strict nobody gets an older version without noticing', async () => {
  const policy = `${policyFor(['frog <3'])}denials: { show: strict }\n`;
  await using strict = await startService({ upstream: index.url, policy });
  for (const client of ALL_CLIENTS) {
    await using notebook = await openNotebook(client, strict.indexUrl);
    const ran = await notebook.install('frog');
    expect(ran.status, ran.said).not.toBe(0);
    expect(ran.said).toContain('frog 3.0 is out of range: packages.allow has frog <3');
    expectSuccess(await notebook.install('frog<3'));
    expect(await notebook.installed()).toEqual({ frog: '2.0' });
  }
});

interface CountingFront extends AsyncDisposable {
  readonly url: string;
  countOf(path: RegExp): number;
}

/** Passes everything on, and remembers what was asked for: the service itself seals its access log once a minute. */
async function startCountingFront(to: string): Promise<CountingFront> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { url = '/', method = 'GET', headers } = request;
    asked.push(url);
    const passed = httpRequest(new URL(url, to), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the front has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    countOf: (path) => asked.filter((one) => path.test(one)).length,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
