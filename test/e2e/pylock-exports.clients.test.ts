import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { ALL_CLIENTS, type Client, openNotebook, openNotebooks } from './clients.ts';
import { expectRefusal, expectSuccess, expectWithin } from './expectations.ts';
import { LOCKERS, type Locker, openProject } from './lockers.ts';
import { policyFor } from './policy.ts';
import { type Service, startService } from './service.ts';

const APP = mitWheel({ name: 'some-app', version: '1.0', requiresDist: ['lib-x'] });
const OTHERS = ['lib-x', 'gone-pdm', 'gone-pipenv'].map((name) =>
  mitWheel({ name, version: '1.0' }),
);

/** What writes `pylock.toml` (PEP 751) from a lock of its own kind; poetry does so only with a plugin. */
const WORDS: Readonly<Partial<Record<Locker['name'], readonly string[]>>> = {
  pdm: ['export', '--format', 'pylock', '--output', 'pylock.toml'],
  pipenv: ['pylock', '--generate'],
};
const WRITERS = LOCKERS.filter(({ name }) => name in WORDS);
/** Pips that read it are 26.1 and newer. */
const PIPS = ALL_CLIENTS.filter(({ name }) => name === 'pip');
const UVS = ALL_CLIENTS.filter(({ tool }) => tool === 'uv');
/** The newest uv takes the empty list of environments that pipenv writes for no environment at all. */
const READERS: Readonly<Partial<Record<Locker['name'], readonly Client[]>>> = {
  pdm: [...PIPS, ...UVS],
  pipenv: [...PIPS, ...UVS.filter(({ name }) => name === 'uv 0.9.4')],
};

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({ artifacts: [APP, ...OTHERS] });
  const policy = policyFor(['some-app', 'gone-pdm', 'gone-pipenv']);
  service = await startService({ upstream: index.url, policy });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

describe.concurrent.for(WRITERS)('the pylock.toml of $name', (writer) => {
  test('installs with what reads it until what it names is taken back', async () => {
    const gone = `gone-${writer.name}`;
    const lock = await pylockOf(writer, ['some-app', gone]);
    expect(lock).toContain(`${service.url}/pypi/files/some-app/${APP.sha256}/${APP.filename}`);
    await using readers = await openNotebooks(READERS[writer.name] ?? [], service.indexUrl);
    for (const reader of readers.all) {
      await writeFile(join(reader.directory, 'pylock.toml'), lock);
      expectSuccess(await reader.install('-r', 'pylock.toml'));
      const whole = { some_app: '1.0', lib_x: '1.0', [gone.replace('-', '_')]: '1.0' };
      expect(await reader.installed()).toEqual(whole);
    }
    await revoke(gone);
    for (const { client } of readers.all) {
      await using fresh = await openNotebook(client, service.indexUrl);
      await writeFile(join(fresh.directory, 'pylock.toml'), lock);
      await expectRefusal(await fresh.install('-r', 'pylock.toml'), service.url, {
        project: gone,
        version: '1.0',
        code: 'revoked/release',
        value: 'account taken over',
      });
      expect(await fresh.installed()).toEqual({});
    }
  });
});

test.for(UVS.filter(({ name }) => name === 'uv'))(
  '$name says that the pylock.toml of pipenv is for no environment',
  async (client) => {
    for (const writer of WRITERS.filter(({ name }) => name === 'pipenv')) {
      await using notebook = await openNotebook(client, service.indexUrl);
      const lock = await pylockOf(writer, ['some-app']);
      await writeFile(join(notebook.directory, 'pylock.toml'), lock);
      const ran = await notebook.install('-r', 'pylock.toml');
      expect(ran.status, ran.said).not.toBe(0);
      expect(ran.said).toContain('The target environment is not supported by the lockfile');
    }
  },
);

async function pylockOf(writer: Locker, needs: readonly string[]): Promise<string> {
  await using project = await openProject(writer, { needs, indexUrl: service.indexUrl });
  expectSuccess(await project.run(writer.lock));
  const program = writer.lock.slice(0, -1);
  expectSuccess(await project.run([...program, ...(WORDS[writer.name] ?? [])]));
  return readFile(join(project.directory, 'pylock.toml'), 'utf8');
}

/** Takes its 1.0 back, and waits until the service has heard of it. */
async function revoke(project: string): Promise<void> {
  const words = ['revoke', `${project}==1.0`, '--reason', 'account taken over'];
  expectSuccess(await service.gatehouse(...words));
  await expectWithin(5000, async () => {
    const why = await fetch(`${service.url}/why/pypi/${project}/1.0`);
    return (await why.text()).includes('revoked/release');
  });
}
