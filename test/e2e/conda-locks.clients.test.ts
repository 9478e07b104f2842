import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { hasCondaChannel } from '../fixtures/conda-channel.ts';
import { type CondaHome, hasCondaClients, openCondaHome } from './conda-clients.ts';
import { type CondaService, startCondaService } from './conda-service.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { expectRefusal, expectSuccess, expectWithin, type Sentence } from './expectations.ts';
import type { Ran } from './run.ts';

const INSTALLED = ['python-3.11.7-h0_stand_in', 'tabulate-0.9.0-py_0'];
const ALLOWED = ['tabulate', 'iniconfig'];

describe.skipIf(!hasCondaClients() || !hasCondaChannel())('locks of a channel', () => {
  let conda: CondaService;

  beforeAll(async () => {
    conda = await startCondaService({ allow: ALLOWED });
  });

  afterAll(async () => {
    await conda?.[Symbol.asyncDispose]();
  });

  test('a download that was cut goes on where it ended', async () => {
    const cut = { ending: '/tabulate-0.9.0-py_0.conda', afterBytes: 20_000 };
    await using proxy = await startCuttingProxy(conda.service.url, cut);
    await using home = await openCondaHome();
    const channel = `${proxy.origin}/conda/conda-forge`;
    const first = await home.create(channel, 'tabulate');
    // conda gives up, and keeps what it has.
    expect(first.said).toContain('Connection broken: IncompleteRead(20000 bytes read');
    expect(await home.installed()).toEqual([]);
    expectSuccess(await home.create(channel, 'tabulate'));
    expect(await home.installed()).toEqual(INSTALLED);
    const asked = proxy.requests.filter(({ url }) => url?.endsWith(cut.ending));
    expect(asked.map(({ headers }) => headers.range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=\d{4,5}-$/),
    ]);
  });

  test('locks that conda-lock makes are installed, until what they name is taken back', async () => {
    await using home = await openCondaHome();
    const environment = [`channels: [${conda.channel}]`, 'dependencies: [tabulate]'];
    await writeFile(join(home.directory, 'environment.yml'), environment.join('\n'));
    const made = await home.condaLock('lock', ...CONDA, '-f', 'environment.yml', '-p', 'linux-64');
    expectSuccess(made);
    expectSuccess(await home.condaLock('render', '-k', 'explicit'));
    const explicit = await readFile(join(home.directory, 'conda-linux-64.lock'), 'utf8');
    expect(explicit).toContain(
      `@EXPLICIT\n${conda.channel}/linux-64/python-3.11.7-h0_stand_in.conda#`,
    );

    for (const install of INSTALLS) {
      await home.clear();
      expectSuccess(await install(home));
      expect(await home.installed()).toEqual(INSTALLED);
    }

    // tabulate is not asked for any more, and then is, but revoked.
    await conda.policy({ allow: ['iniconfig'] });
    await expectRefused(home, {
      ...TABULATE,
      code: 'closure/not-needed',
      value: 'packages.allow has no entry for it',
    });
    await conda.policy({ allow: ALLOWED });
    const words = ['conda-forge::tabulate==0.9.0', '--reason', 'sends keys away'];
    expectSuccess(await conda.service.gatehouse('revoke', ...words));
    await expectWithin(3000, async () => {
      const why = await fetch(`${conda.service.url}/why/conda/tabulate/0.9.0`);
      return (await why.text()).includes('revoked/release');
    });
    await expectRefused(home, { ...TABULATE, code: 'revoked/release', value: 'sends keys away' });
  });

  async function expectRefused(home: CondaHome, sentence: Sentence): Promise<void> {
    for (const install of INSTALLS) {
      await home.clear();
      await expectRefusal(await install(home), conda.service.url, sentence);
      expect(await home.installed()).toEqual([]);
    }
  }
});

const CONDA = ['--conda', './conda'];
const TABULATE = { ecosystem: 'conda', project: 'tabulate', version: '0.9.0' } as const;

/** None of them asks for an index. */
const INSTALLS: readonly ((home: CondaHome) => Promise<Ran>)[] = [
  (home) => home.conda('create', '-y', '-n', 'env', '--file', 'conda-linux-64.lock'),
  (home) =>
    home.condaLock('install', ...CONDA, '-p', join(home.directory, 'envs/env'), 'conda-lock.yml'),
];
