import { createHash } from 'node:crypto';

import { simpleSolve } from '@conda-org/rattler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { hasCondaChannel } from '../fixtures/conda-channel.ts';
import { hasCondaClients, openCondaHome } from './conda-clients.ts';
import { type CondaService, startCondaService } from './conda-service.ts';
import { expectRefusal, expectSuccess, expectWithin, type Sentence } from './expectations.ts';

/** A package of which only the record is there: none of these is ever fetched. */
function recordOf(
  name: string,
  {
    version = '1.0',
    ...fields
  }: { readonly version?: string; readonly [key: string]: unknown } = {},
): Readonly<Record<string, object>> {
  const base = { name, version, build: 'h0_0', build_number: 0, depends: [], license: 'MIT' };
  const sha256 = createHash('sha256').update(`${name} ${version}`).digest('hex');
  return { [`${name}-${version}-h0_0.conda`]: { ...base, sha256, size: 9, ...fields } };
}

const MORE = {
  noarch: {
    ...recordOf('stranger'),
    ...recordOf('relicensed'),
    ...recordOf('relicensed', { version: '2.0', license: 'GPL-3.0-only' }),
  },
  'linux-64': recordOf('newglibc', { depends: ['__glibc >=2.34'] }),
};

interface Row {
  readonly name: string;
  /** Where its file is. */
  readonly file: string;
  /** Upstream has its file, and nothing else that is refused comes along. */
  readonly hasFile?: true;
  readonly sentence: Sentence;
}

const ROWS: readonly Row[] = [
  {
    name: 'python-slugify',
    file: 'noarch/python-slugify-8.0.4-py_0.conda',
    sentence: {
      ecosystem: 'conda',
      project: 'python-slugify',
      version: '8.0.4',
      code: 'closure/unmet',
      value: 'text-unidecode 1.3 may be any of Artistic-1.0',
    },
  },
  {
    name: 'text-unidecode',
    file: 'noarch/text-unidecode-1.3-py_0.conda',
    hasFile: true,
    sentence: {
      ecosystem: 'conda',
      project: 'text-unidecode',
      version: '1.3',
      code: 'license/not-allowed',
      value: 'Artistic-1.0',
    },
  },
  {
    name: 'iniconfig',
    file: 'noarch/iniconfig-2.1.0-py_0.conda',
    hasFile: true,
    sentence: {
      ecosystem: 'conda',
      project: 'iniconfig',
      version: '2.1.0',
      code: 'revoked/release',
      value: 'sends keys away',
    },
  },
  {
    name: 'newglibc',
    file: 'linux-64/newglibc-1.0-h0_0.conda',
    sentence: {
      ecosystem: 'conda',
      project: 'newglibc',
      version: '1.0',
      code: 'target/no-virtual-package',
      value: '"__glibc >=2.34"',
    },
  },
  {
    name: 'stranger',
    file: 'noarch/stranger-1.0-h0_0.conda',
    sentence: {
      ecosystem: 'conda',
      project: 'stranger',
      version: '1.0',
      code: 'closure/not-needed',
      value: 'packages.allow has no entry for it',
    },
  },
];

describe.skipIf(!hasCondaClients() || !hasCondaChannel())('what is refused of a channel', () => {
  let conda: CondaService;

  beforeAll(async () => {
    conda = await startCondaService({
      allow: ['tabulate', 'iniconfig', 'python-slugify', 'newglibc', 'relicensed'],
      more: MORE,
    });
    const words = ['conda-forge::iniconfig==2.1.0', '--reason', 'sends keys away'];
    expectSuccess(await conda.service.gatehouse('revoke', ...words));
    await expectWithin(3000, async () => {
      const why = await fetch(`${conda.service.url}/why/conda/iniconfig/2.1.0`);
      return (await why.text()).includes('revoked/release');
    });
  });

  afterAll(async () => {
    await conda?.[Symbol.asyncDispose]();
  });

  test.for(ROWS)('conda says why the file of $name is refused', async ({ file, sentence }) => {
    await using home = await openCondaHome();
    const ran = await home.conda('create', '-y', '-n', 'env', `${conda.channel}/${file}`);
    await expectRefusal(ran, conda.service.url, sentence);
    expect(ran.said).toContain('HTTP 403 REFUSED BY POLICY for url');
    expect(ran.said).not.toContain('a simple retry');
    expect(await home.installed()).toEqual([]);
  });

  test('rattler says it where files come through its mirrors', async () => {
    await using home = await openCondaHome();
    const config = `[mirrors]\n"${conda.upstream}" = ["${conda.channel}"]\n`;
    for (const { name, sentence } of ROWS.filter(({ hasFile }) => hasFile === true)) {
      const ran = await home.rattler({ channel: conda.upstream, specs: [name], config });
      await expectRefusal(ran, conda.service.url, sentence);
      expect(ran.said).toContain(`HTTP status client error (403 ${sentence.project} `);
      await home.clear();
    }
  });

  test('solvers find nothing of it, and do not say why', async () => {
    await using home = await openCondaHome();
    const names = ROWS.map(({ name }) => name);
    const ran = await home.create(conda.channel, ...names);
    expect(ran.status).not.toBe(0);
    const missing = names.toSorted().map((name) => ` - ${name}`);
    expect(ran.said).toContain('PackagesNotFoundError: The following packages are not available');
    for (const name of missing) expect(ran.said).toContain(name);
    for (const name of names) {
      const sentence = `No candidates were found for ${name} *.`;
      const solve = { channel: conda.channel, specs: [name], onlySolve: true };
      expect((await home.rattler(solve)).said).toContain(sentence);
      const solved = simpleSolve([name], [conda.channel], ['linux-64', 'noarch'], []);
      await expect(solved).rejects.toContain(sentence);
    }
  });

  test('solvers take an older version, and do not say why', async () => {
    await using home = await openCondaHome();
    const ran = await home.create(conda.channel, '--dry-run', '--json', 'relicensed');
    expect(JSON.parse(ran.stdout)).toMatchObject({
      actions: { LINK: [expect.objectContaining({ name: 'relicensed', version: '1.0' })] },
    });
    const solve = { channel: conda.channel, specs: ['relicensed'], onlySolve: true };
    const solved = await home.rattler(solve);
    expect(JSON.parse(solved.stdout)).toEqual([
      `${conda.channel}/noarch/relicensed-1.0-h0_0.conda`,
    ]);
    const pinned = await home.rattler({ ...solve, specs: ['relicensed ==2.0'] });
    expect(pinned.said).toContain('No candidates were found for relicensed ==2.0');
  });

  test('conda shows the notice of what was revoked', async () => {
    await using home = await openCondaHome();
    const ran = await home.conda('notices', '--override-channels', '-c', conda.channel);
    expectSuccess(ran);
    expect(ran.said).toContain(
      'iniconfig 2.1.0 was revoked: sends keys away. Rebuild environments',
    );
  });

  test('solvers say which channel is unknown', async () => {
    await using home = await openCondaHome();
    const channel = `${conda.service.url}/conda/nonesuch`;
    const ran = await home.create(channel, 'tabulate');
    expect(ran.status).not.toBe(0);
    expect(ran.said).toContain(
      'UnavailableInvalidChannel: HTTP 404 NOT FOUND for channel nonesuch',
    );
    expect(ran.said).toContain('the policy has no channel "nonesuch"; its owners can add a source');
    const solved = await home.rattler({ channel, specs: ['tabulate'], onlySolve: true });
    expect(solved.said).toContain(`could not find subdir 'noarch' in channel '${channel}/'`);
  });
});
