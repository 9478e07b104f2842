import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { pino } from 'pino';
import { expect, test } from 'vitest';

import { findCondaName } from '../../src/ecosystems/conda/names.ts';
import type { Channel } from '../../src/mirror/channel.ts';
import { parseSourceId } from '../../src/policy/values.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { type House, openHouse } from '../fixtures/house.ts';

const POLICY = `version: 1
sources: { pypi: { kind: pypi }, conda-forge: { kind: conda, min-age: 0d } }
targets:
  python: ["3.12"]
  platforms: [manylinux_2_28_x86_64]
  conda: { subdirs: [linux-64], virtual: { glibc: "2.28" } }
packages:
  allow:
    - conda-forge::frog >=1,<2
licenses: { allow: [MIT] }
dependencies: { closure: follow }
`;

type Fields = Readonly<Record<string, unknown>>;

function recordOf(name: string, version: string, fields: Fields = {}): [string, Fields] {
  const build = 'h0_0';
  const base = { name, version, build, build_number: 0, depends: [], license: 'MIT' };
  const sha256 = createHash('sha256').update(`${name} ${version}`).digest('hex');
  return [`${name}-${version}-${build}.conda`, { ...base, subdir: 'noarch', sha256, ...fields }];
}

async function withChannel(
  records: Readonly<Record<string, readonly (readonly [string, Fields])[]>>,
  work: (house: House) => Promise<void>,
  policy = POLICY,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-channel-'));
  for (const subdir of ['noarch', 'linux-64']) {
    const own = records[subdir] ?? [];
    await mkdir(join(folder, subdir));
    const packages = Object.fromEntries(own.map(([file, fields]) => [file, { ...fields, subdir }]));
    const repodata = { info: { subdir }, packages: {}, 'packages.conda': packages };
    await writeFile(join(folder, subdir, 'repodata.json'), JSON.stringify(repodata));
  }
  await using index = await startFakeIndex({ artifacts: [] });
  const channels = { 'conda-forge': pathToFileURL(`${folder}/`).href };
  try {
    await using house = await openHouse({ index, policy, channels });
    await work(house);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function channelOf({ mirror }: House): Promise<Channel> {
  for (;;) {
    const channel = await mirror.conda.channel(parseSourceId('conda-forge'));
    if (channel !== 'waiting') return channel;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function nameOf(text: string) {
  const name = findCondaName(text);
  if (name === undefined) throw new Error(`not a name: ${text}`);
  return name;
}

test('a channel shows what the policy approves, and what that needs, from noarch and the platform', async () => {
  await withChannel(
    {
      noarch: [recordOf('frog', '1.2', { depends: ['pond >=2', '__glibc >=2.17'] })],
      'linux-64': [recordOf('pond', '2.1'), recordOf('pond', '1.9'), recordOf('newt', '1.0')],
    },
    async (house) => {
      const { files, subdirs } = await channelOf(house);
      expect(subdirs).toEqual(['noarch', 'linux-64']);
      expect(files.map(({ filename }) => filename)).toEqual([
        'noarch/frog-1.2-h0_0.conda',
        'linux-64/pond-2.1-h0_0.conda',
      ]);
    },
  );
});

test('a mirror of channels alone can decide when it has walked them', async () => {
  const policy = POLICY.replace('pypi: { kind: pypi }, ', '');
  await withChannel(
    { noarch: [recordOf('frog', '1.2')] },
    async (house) => {
      await house.walked();
      expect(house.mirror.status()).toMatchObject({
        canDecide: true,
        complete: true,
        projects: 1,
        approvedArtifacts: 1,
      });
    },
    policy,
  );
});

test('what needs something refused is refused, and says so', async () => {
  await withChannel(
    {
      noarch: [recordOf('frog', '1.2', { depends: ['pond'] })],
      'linux-64': [recordOf('pond', '2.1', { license: 'GPL-3.0-only' })],
    },
    async (house) => {
      expect((await channelOf(house)).files).toEqual([]);
      const explanation = await house.mirror.conda.explain({ project: nameOf('frog') });
      expect(explanation?.findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
        'closure/unmet: frog 1.2 cannot be installed: pond 2.1 is GPL-3.0-only (License), which licenses.allow does not list (frog 1.2 needs pond; linux-64)',
      ]);
    },
  );
});

test('what no version of a package meets says which were asked for', async () => {
  await withChannel(
    {
      noarch: [recordOf('frog', '1.2', { depends: ['pond >=3', '__unix'] })],
      'linux-64': [recordOf('pond', '2.1')],
    },
    async (house) => {
      expect((await channelOf(house)).files).toEqual([]);
      const explanation = await house.mirror.conda.explain({ project: nameOf('frog') });
      const messages = explanation?.findings.map(({ message }) => message) ?? [];
      expect(messages.join()).toContain('no version of pond matches >=3 ');
    },
  );
});

test('a build that the target cannot run is not shown, and another one is taken', async () => {
  await withChannel(
    {
      'linux-64': [
        recordOf('frog', '1.3', { depends: ['__glibc >=2.34'] }),
        recordOf('frog', '1.2', { depends: ['__glibc >=2.17'] }),
      ],
    },
    async (house) => {
      const { files } = await channelOf(house);
      expect(files.map(({ file }) => file)).toEqual(['frog-1.2-h0_0.conda']);
    },
  );
});

test('a denied project of PyPI is denied as a conda package', async () => {
  const policy = POLICY.replace('licenses:', '  deny: [{ name: frog, reason: croaks }]\nlicenses:');
  await withChannel(
    { noarch: [recordOf('frog', '1.2')] },
    async (house) => {
      expect((await channelOf(house)).files).toEqual([]);
      const wanted = { project: nameOf('frog'), filename: 'noarch/frog-1.2-h0_0.conda' };
      expect(await house.mirror.conda.open(wanted)).toMatchObject({
        kind: 'refused',
        ecosystem: 'conda',
        findings: [{ code: 'package/denied' }],
      });
    },
    policy,
  );
});

async function explained({ mirror }: House, name: string): Promise<void> {
  await Promise.race([
    mirror.conda.explain({ project: nameOf(name) }),
    new Promise((resolve) => setTimeout(resolve, 500)),
  ]);
}

test('a channel that cannot be read is logged once, not for each of its names', async () => {
  const log: string[] = [];
  await using index = await startFakeIndex({ artifacts: [] });
  const absent = pathToFileURL(join(tmpdir(), 'gatehouse-no-such-channel/')).href;
  await using house = await openHouse({
    index,
    policy: POLICY.replace('>=1,<2', '>=1,<2\n    - conda-forge::newt\n    - conda-forge::toad'),
    channels: { 'conda-forge': absent },
    log: pino({ level: 'warn' }, { write: (text: string) => void log.push(text) }),
  });
  await expect.poll(() => log.length).toBeGreaterThan(0);
  // Those of the other names would come with it.
  await Promise.all(['newt', 'toad'].map((name) => explained(house, name)));
  expect(log.filter((line) => line.includes('project page not fetched'))).toHaveLength(1);
});
