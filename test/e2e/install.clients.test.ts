import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { ALL_CLIENTS, CLIENTS, findClient, type Notebook, openNotebook } from './clients.ts';
import { expectSuccess } from './expectations.ts';
import { policyFor } from './policy.ts';
import { type Service, startService } from './service.ts';

const APP = mitWheel({
  name: 'Some.App',
  version: '1.0',
  providesExtra: ['fast'],
  requiresDist: [
    'lib-x >=1,<3',
    'never-there; sys_platform == "win32"',
    'ancient; python_version < "3"',
    'speed-up >=2; extra == "fast"',
  ],
});
const BIG = mitWheel({ name: 'big', version: '1.0', sizeBytes: 30_000_000 });
const LOCAL = mitWheel({ name: 'cuda-thing', version: '2.9.1+cu121' });
const WHEELS = [
  APP,
  BIG,
  LOCAL,
  mitWheel({ name: 'lib-x', version: '1.0' }),
  mitWheel({ name: 'lib-x', version: '2.5', requiresPython: '>=3.8' }),
  mitWheel({ name: 'lib-x', version: '2.9', requiresPython: '>=4' }),
  mitWheel({ name: 'lib-x', version: '3.0' }),
  mitWheel({ name: 'speed_up', version: '2.1', sizeBytes: 200_000 }),
];
const POLICY = policyFor(['some-app[fast]', 'big', 'cuda-thing']);
const WHOLE_CLOSURE = { some_app: '1.0', lib_x: '2.5', speed_up: '2.1' };

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({ artifacts: WHEELS });
  service = await startService({ upstream: index.url, policy: POLICY });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

describe.for(ALL_CLIENTS)('$name', (client) => {
  test('installs what an extra and the markers ask for, and again from its cache', async () => {
    await using notebook = await openNotebook(client, service.indexUrl);
    expectSuccess(await notebook.install('some-app[fast]'));
    expect(await notebook.installed()).toEqual(WHOLE_CLOSURE);
    // uv says nothing of its cache, but can be told to use nothing else.
    const isUv = client.tool === 'uv';
    const again = await notebook.install(...(isUv ? ['--offline'] : []), 'some-app[fast]');
    expectSuccess(again);
    expect(await notebook.installed()).toEqual(WHOLE_CLOSURE);
    expect(isUv || /Using cached \S*some_app-1\.0/.test(again.said), again.said).toBe(true);
  });

  test('installs a lock file with hashes', async () => {
    await using notebook = await openNotebook(client, service.indexUrl);
    const file = join(notebook.directory, 'requirements.txt');
    const lines = WHEELS.filter(({ filename }) => /^(some_app|lib_x-2\.5)/.test(filename));
    const text = lines.map(
      ({ project, version, sha256 }) => `${project}==${version} --hash=sha256:${sha256}`,
    );
    await writeFile(file, text.join('\n'));
    expectSuccess(await notebook.install('--require-hashes', '-r', file));
    expect(await notebook.installed()).toEqual({ some_app: '1.0', lib_x: '2.5' });
  });

  test('installs a file with a local version', async () => {
    await using notebook = await openNotebook(client, service.indexUrl);
    expectSuccess(await notebook.install('cuda-thing==2.9.1+cu121'));
    expect(await notebook.installed()).toEqual({ cuda_thing: '2.9.1+cu121' });
  });

  test('installs from a lock that uv has compiled', async () => {
    const uv = findClient('uv');
    if (uv === undefined) throw new Error('uv runs on every machine');
    await using author = await openNotebook(uv, service.indexUrl);
    const lock = await compile(author);
    await using notebook = await openNotebook(client, service.indexUrl);
    expectSuccess(await notebook.install('-r', lock));
    expect(await notebook.installed()).toEqual(WHOLE_CLOSURE);
  });
});

async function compile(author: Notebook): Promise<string> {
  const wishes = join(author.directory, 'requirements.in');
  const lock = join(author.directory, 'requirements.txt');
  await writeFile(wishes, 'some-app[fast]\n');
  const compiled = await author.run('pip', 'compile', '--generate-hashes', '-o', lock, wishes);
  expectSuccess(compiled);
  expect(await readFile(lock, 'utf8')).toContain(
    `some-app==1.0 \\\n    --hash=sha256:${APP.sha256}`,
  );
  return lock;
}

test.for(ALL_CLIENTS.filter(({ tool }) => tool === 'pip'))(
  '$name downloads without installing',
  async (client) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    const wheels = join(notebook.directory, 'wheels');
    expectSuccess(await notebook.run('download', '-d', wheels, 'some-app'));
    expect((await readdir(wheels)).toSorted()).toEqual([
      'lib_x-2.5-py3-none-any.whl',
      APP.filename,
    ]);
    expect(await readFile(join(wheels, APP.filename))).toEqual(APP.bytes);
  },
);

test.for(ALL_CLIENTS.filter(({ tool }) => tool === 'uv'))(
  '$name locks and syncs a project',
  async (client) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    const project = `[project]
name = "a-notebook"
version = "0"
requires-python = ">=${client.pythonVersion}"
dependencies = ["some-app[fast]"]

# Else uv resolves for every platform, and what only others need is not approved.
[tool.uv]
environments = ["sys_platform == 'linux'"]
`;
    await writeFile(join(notebook.directory, 'pyproject.toml'), project);
    expectSuccess(await notebook.run('lock'));
    const lock = await readFile(join(notebook.directory, 'uv.lock'), 'utf8');
    expect(lock).toContain(`sha256:${APP.sha256}`);
    expectSuccess(await notebook.run('sync', '--locked'));
    const listed = await notebook.run('pip', 'list', '--format', 'json', '--python', '.venv');
    expect(JSON.parse(listed.stdout)).toEqual([
      { name: 'lib-x', version: '2.5' },
      { name: 'some-app', version: '1.0' },
      { name: 'speed-up', version: '2.1' },
    ]);
  },
);

describe.for(['held-tail', 'verified-only'] as const)('first delivery %s', (delivery) => {
  test.for(CLIENTS)('$name is the first to install a wheel of 30 MB', async (client) => {
    await using fresh = await startService({
      upstream: index.url,
      policy: POLICY,
      settings: { GATEHOUSE_FIRST_DELIVERY: delivery },
    });
    index.forgetRequests();
    await using notebook = await openNotebook(client, fresh.indexUrl);
    expectSuccess(await notebook.install('big'));
    expect(await notebook.installed()).toEqual({ big: '1.0' });
    const padding = await readFile(join(notebook.directory, 'target/big/padding.bin'));
    expect(padding.length).toBe(30_000_000);
    expect(index.countOf(/^GET .*\/big-1\.0-py3-none-any\.whl$/)).toBe(1);
  });
});
