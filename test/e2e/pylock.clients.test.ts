import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import {
  ALL_CLIENTS,
  type Client,
  findClient,
  type Notebook,
  openNotebook,
  openNotebooks,
} from './clients.ts';
import { expectRefusal, expectSuccess, expectWithin } from './expectations.ts';
import { policyFor } from './policy.ts';
import type { Ran } from './run.ts';
import { type Service, startService } from './service.ts';

const APP = mitWheel({ name: 'some-app', version: '1.0', requiresDist: ['lib-x'] });
const LIB = mitWheel({ name: 'lib-x', version: '2.5' });
const TAKEN_BACK = mitWheel({ name: 'taken-back', version: '1.0' });
const WHOLE_CLOSURE = { some_app: '1.0', lib_x: '2.5' };
/** Pips that read `pylock.toml` (PEP 751) are 26.1 and newer. */
const READERS = ALL_CLIENTS.filter(({ name, tool }) => name === 'pip' || tool === 'uv');

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({ artifacts: [APP, LIB, TAKEN_BACK] });
  service = await startService({
    upstream: index.url,
    policy: policyFor(['some-app', 'taken-back']),
  });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

/** What `pip lock`, `uv pip compile` or `uv export` writes. */
async function pylockOf(
  author: Notebook,
  way: 'lock' | 'compile' | 'export',
  project: string,
): Promise<string> {
  await writeFile(join(author.directory, 'requirements.in'), `${project}\n`);
  await writeFile(
    join(author.directory, 'pyproject.toml'),
    `[project]
name = "a-notebook"
version = "0"
requires-python = ">=${author.client.pythonVersion}"
dependencies = ["${project}"]
`,
  );
  const words = {
    lock: ['lock', '--quiet', '-o', '-', '-r', 'requirements.in'],
    compile: ['pip', 'compile', '--format', 'pylock.toml', 'requirements.in'],
    export: ['export', '--format', 'pylock.toml', '--no-emit-project'],
  }[way];
  const ran = await author.run(...words);
  expectSuccess(ran);
  return ran.stdout;
}

function install(notebook: Notebook): Promise<Ran> {
  return notebook.install('-r', 'pylock.toml');
}

function client(name: Client['name']): Client {
  const found = findClient(name);
  if (found === undefined) throw new Error(`${name} runs on every machine`);
  return found;
}

test.for([
  ['pip', 'lock'],
  ['uv', 'compile'],
  ['uv', 'export'],
  ['uv 0.9.4', 'compile'],
  ['uv 0.9.4', 'export'],
] as const)('the pylock.toml of %s %s installs with pip and uv', async ([name, way]) => {
  await using author = await openNotebook(client(name), service.indexUrl);
  const lock = await pylockOf(author, way, 'some-app');
  // Again from the cache: nothing else.
  expect(await pylockOf(author, way, 'some-app')).toBe(lock);
  expect(lock).toContain(APP.sha256);
  expect(lock).toContain(`${service.url}/pypi/files/some-app/${APP.sha256}/${APP.filename}`);
  await using readers = await openNotebooks(READERS, service.indexUrl);
  for (const reader of readers.all) {
    await writeFile(join(reader.directory, 'pylock.toml'), lock);
    expectSuccess(await install(reader));
    expect(await reader.installed()).toEqual(WHOLE_CLOSURE);
  }
  for (const reader of readers.all.filter(({ client: { tool } }) => tool === 'uv')) {
    const folder = join(reader.directory, 'target');
    const sync = ['pip', 'sync', '--python', reader.client.python, '--target', folder];
    expectSuccess(await reader.run(...sync, 'pylock.toml'));
    expect(await reader.installed()).toEqual(WHOLE_CLOSURE);
  }
});

test('an old pylock.toml is refused after a revocation, with the reason', async () => {
  await using author = await openNotebook(client('uv'), service.indexUrl);
  const pylock = await pylockOf(author, 'compile', 'taken-back');
  const reason = 'sends keys away';
  expectSuccess(await service.gatehouse('revoke', 'taken-back==1.0', '--reason', reason));
  const why = `${service.url}/why/pypi/taken-back/1.0`;
  await expectWithin(2000, async () =>
    (await (await fetch(why)).text()).includes('revoked/release'),
  );
  const sentence = {
    project: 'taken-back',
    version: '1.0',
    code: 'revoked/release',
    value: reason,
  };
  await using readers = await openNotebooks(READERS, service.indexUrl);
  for (const reader of readers.all) {
    await writeFile(join(reader.directory, 'pylock.toml'), pylock);
    await expectRefusal(await install(reader), service.url, sentence);
    expect(await reader.installed()).toEqual({});
  }
});
