import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { simpleSolve } from '@conda-org/rattler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { hasCondaChannel } from '../fixtures/conda-channel.ts';
import { type CondaHome, hasCondaClients, openCondaHome } from './conda-clients.ts';
import { type CondaService, startCondaService } from './conda-service.ts';
import { expectSuccess } from './expectations.ts';
import { readTree } from './trees.ts';

const INSTALLED = ['python-3.11.7-h0_stand_in', 'tabulate-0.9.0-py_0'];
const WITH_INICONFIG = ['iniconfig-2.1.0-py_0', ...INSTALLED];

/** What the licence of text-unidecode, `Artistic License`, may be. */
const ARTISTIC = ['Artistic-1.0', 'Artistic-1.0-Perl', 'Artistic-1.0-cl8', 'Artistic-2.0'];

describe.skipIf(!hasCondaClients() || !hasCondaChannel())('environments from a channel', () => {
  let conda: CondaService;

  beforeAll(async () => {
    conda = await startCondaService({
      allow: ['tabulate', 'iniconfig', 'python-slugify'],
      licenses: ['MIT', 'PSF-2.0', ...ARTISTIC],
    });
  });

  afterAll(async () => {
    await conda?.[Symbol.asyncDispose]();
  });

  test('conda creates one, and installs into it', async () => {
    await using home = await openCondaHome();
    expectSuccess(await home.create(conda.channel, 'tabulate'));
    expect(await home.installed()).toEqual(INSTALLED);
    await writeFile(join(home.directory, 'table.txt'), 'a b\n1 2\n');
    const table = await home.program('tabulate', '-f', 'github', 'table.txt');
    expectSuccess(table);
    expect(table.stdout).toContain('| 1 | 2 |');
    const more = ['install', '-y', '-n', 'env', '--override-channels', '-c', conda.channel];
    expectSuccess(await home.conda(...more, 'iniconfig'));
    expect(await home.installed()).toEqual(WITH_INICONFIG);
  });

  test('conda env creates one from a file', async () => {
    await using home = await openCondaHome();
    const file = join(home.directory, 'environment.yml');
    const lines = [`channels: [${conda.channel}, nodefaults]`, 'dependencies: [tabulate >=0.9]'];
    await writeFile(file, `${lines.join('\n')}\n`);
    expectSuccess(await home.conda('env', 'create', '-n', 'env', '-f', file));
    expect(await home.installed()).toEqual(INSTALLED);
  });

  test('rattler solves over shards, and installs', async () => {
    await using home = await openCondaHome();
    const ran = await home.rattler({ channel: conda.channel, specs: ['tabulate', 'iniconfig'] });
    expectSuccess(ran);
    expect(JSON.parse(ran.stdout)).toEqual([
      `${conda.channel}/linux-64/python-3.11.7-h0_stand_in.conda`,
      `${conda.channel}/noarch/iniconfig-2.1.0-py_0.conda`,
      `${conda.channel}/noarch/tabulate-0.9.0-py_0.conda`,
    ]);
    expect(await home.installed()).toEqual(WITH_INICONFIG);
    expectSuccess(await home.program('tabulate', '--help'));
  });

  test("npm's rattler solves", async () => {
    const solved = await simpleSolve(['tabulate'], [conda.channel], ['linux-64', 'noarch'], []);
    expect(solved.map(({ filename }) => filename).toSorted()).toEqual(
      INSTALLED.map((name) => `${name}.conda`),
    );
  });

  const ALL = ['tabulate', 'iniconfig', 'python-slugify'];

  test.for([
    ['conda', (home: CondaHome, channel: string) => home.create(channel, ...ALL)],
    ['rattler', (home: CondaHome, channel: string) => home.rattler({ channel, specs: ALL })],
  ] as const)(
    '%s makes the same of Gatehouse as of the channel itself, where the policy allows all of it',
    async ([, create]) => {
      // Programs name the place of their environment: both are made at the same one.
      await using home = await openCondaHome();
      const environment = join(home.directory, 'envs/env');
      expectSuccess(await create(home, conda.channel));
      const ours = await readTree(environment);
      await home.clear();
      expectSuccess(await create(home, conda.upstream));
      expect(Object.keys(ours).length).toBeGreaterThan(20);
      expect(ours).toEqual(await readTree(environment));
    },
  );

  test('conda reads the .condarc that client-config prints', async () => {
    await using home = await openCondaHome();
    const printed = await conda.service.gatehouse('client-config', '--for', 'conda');
    expectSuccess(printed);
    expect(printed.stderr).toMatch(/^~\/\.condarc:$/m);
    await writeFile(join(home.directory, '.condarc'), printed.stdout);
    expectSuccess(await home.conda('create', '-y', '-n', 'env', 'tabulate'));
    expect(await home.installed()).toEqual(INSTALLED);
    const listed = await home.conda('list', '-n', 'env', '--show-channel-urls', '--json');
    const channels = JSON.parse(listed.stdout).map((one: { channel: string }) => one.channel);
    expect(new Set(channels)).toEqual(new Set(['conda-forge']));
  });

  test('conda reads the variables that client-config --env prints', async () => {
    await using home = await openCondaHome();
    const printed = await conda.service.gatehouse('client-config', '--for', 'conda', '--env');
    expectSuccess(printed);
    expectSuccess(
      await home.shell(`${printed.stdout}exec python3 -m conda create -y -n env tabulate`),
    );
    expect(await home.installed()).toEqual(INSTALLED);
  });

  test('custom_channels with the name in its value works too', async () => {
    await using home = await openCondaHome();
    const lines = [
      'channels: [conda-forge]',
      'default_channels: []',
      `custom_channels: { conda-forge: ${conda.channel} }`,
    ];
    await writeFile(join(home.directory, '.condarc'), `${lines.join('\n')}\n`);
    expectSuccess(await home.conda('create', '-y', '-n', 'env', 'tabulate'));
    expect(await home.installed()).toEqual(INSTALLED);
  });

  test('rattler reads the mirrors that client-config prints for pixi, and keeps the public addresses', async () => {
    await using home = await openCondaHome();
    const printed = await conda.service.gatehouse('client-config', '--for', 'pixi');
    expectSuccess(printed);
    const config = printed.stdout;
    const [, channel = ''] = /^"([^"]+)" = \[/m.exec(config) ?? [];
    const plan = { channel, specs: ['tabulate'], config, solveWithConfig: true };
    const ran = await home.rattler(plan);
    expectSuccess(ran);
    expect(JSON.parse(ran.stdout)).toEqual([
      `${channel}/linux-64/python-3.11.7-h0_stand_in.conda`,
      `${channel}/noarch/tabulate-0.9.0-py_0.conda`,
    ]);
    expect(await home.installed()).toEqual(INSTALLED);
  });
});
