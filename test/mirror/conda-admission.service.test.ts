import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test } from 'vitest';

import { findCondaName } from '../../src/ecosystems/conda/names.ts';
import { parseSourceId } from '../../src/policy/values.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { buildConda, type CondaPlan } from '../fixtures/conda-packages.ts';
import { type House, openHouse } from '../fixtures/house.ts';
import { entriesOf } from '../fixtures/taking.ts';

const FILE = 'demo-1.0-py_0.conda';
const POLICY = `version: 1
sources: { pypi: { kind: pypi }, conda-forge: { kind: conda, min-age: 0d } }
targets:
  python: ["3.12"]
  platforms: [manylinux_2_28_x86_64]
  conda: { subdirs: [linux-64], virtual: { glibc: "2.28" } }
packages: { allow: ["conda-forge::demo"] }
licenses: { allow: [MIT] }
dependencies: { closure: follow }
`;

/** A channel in a folder with one package, whose record says that it needs nothing. */
async function withPackage(plan: CondaPlan, work: (house: House) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-channel-'));
  const bytes = buildConda(plan);
  const record = {
    name: 'demo',
    version: '1.0',
    build: 'py_0',
    build_number: 0,
    depends: [],
    license: 'MIT',
    noarch: 'python',
    subdir: 'noarch',
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  for (const subdir of ['noarch', 'linux-64']) {
    await mkdir(join(folder, subdir));
    const listed = subdir === 'noarch' ? { [FILE]: record } : {};
    const repodata = { info: { subdir }, packages: {}, 'packages.conda': listed };
    await writeFile(join(folder, subdir, 'repodata.json'), JSON.stringify(repodata));
  }
  await writeFile(join(folder, 'noarch', FILE), bytes);
  await using index = await startFakeIndex({ artifacts: [] });
  const channels = { 'conda-forge': pathToFileURL(`${folder}/`).href };
  try {
    await using house = await openHouse({ index, policy: POLICY, channels });
    await work(house);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** All bytes of the package; throws when it is refused once they were read. */
async function takeFrom({ mirror }: House): Promise<Buffer> {
  const project = findCondaName('demo');
  if (project === undefined) throw new TypeError('not a name');
  const wanted = { project, filename: `noarch/${FILE}`, source: parseSourceId('conda-forge') };
  for (;;) {
    const opened = await mirror.conda.open(wanted);
    if (opened.kind === 'waiting') await new Promise((resolve) => setTimeout(resolve, 10));
    else if (opened.kind !== 'approved') throw new Error(JSON.stringify(opened));
    else {
      await using body = await opened.bytes();
      return Buffer.concat(await Array.fromAsync(body.stream));
    }
  }
}

test('a conda package is admitted once its bytes were read', async () => {
  await withPackage({}, async (house) => {
    expect((await takeFrom(house)).equals(buildConda())).toBe(true);
    expect(await entriesOf(house, 'admission')).toMatchObject([
      { subject: { source: 'conda-forge', filename: `noarch/${FILE}` } },
    ]);
  });
});

test.each<[string, CondaPlan, string]>([
  [
    'a script runs while it is linked',
    { files: { 'bin/.demo-post-link.sh': '' } },
    'conda-scripts',
  ],
  ['it names another licence than its record', { index: { license: 'GPL-3.0-only' } }, 'license'],
  ['it is another package than its record', { index: { build_number: 1 } }, 'conda-record'],
  ['a file in it is not listed', { more: [{ name: 'bin/evil', content: 'x' }] }, 'archive'],
])('a conda package is refused when %s', async (_why, plan, rule) => {
  await withPackage(plan, async (house) => {
    await expect(takeFrom(house)).rejects.toThrow(/./);
    await expect(takeFrom(house)).rejects.toThrow(new RegExp(`"${rule}/`));
    expect(await entriesOf(house, 'admission')).toEqual([]);
  });
});
