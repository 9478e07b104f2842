import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect } from 'vitest';

import { findCondaName } from '../../src/ecosystems/conda/names.ts';
import type { Finding } from '../../src/model/decision.ts';
import { parseSourceId } from '../../src/policy/values.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import {
  type ChannelRecord,
  generateChannel,
  type GeneratedChannel,
  repodataOf,
} from '../fixtures/generated-channels.ts';
import { openHouse } from '../fixtures/house.ts';
import { type Solved, solveWithRattler } from './rattler-solver.ts';

const PLATFORMS = ['linux-64', 'win-64'] as const;
const SUBDIRS = ['noarch', ...PLATFORMS];

/** What a policy states is had on every subdir, and the rest follows from the subdir (docs/policy.md). */
const STATED = { glibc: '2.28' };
const VIRTUAL = {
  'linux-64': { __unix: '0', __linux: '5.10', __archspec: '1', __glibc: '2.28' },
  'win-64': { __win: '10.0', __archspec: '1', __glibc: '2.28' },
};

/** A file of a root on a platform: what Gatehouse says of it, and whether rattler makes an environment with it. */
export interface FileAnswer {
  readonly question: string;
  readonly isApproved: boolean;
  /** It stands in the channel, but the closure says that it cannot be installed on this platform. */
  readonly isUnmet: boolean;
  readonly isSolved: boolean;
}

/** A root on a platform, solved in two channels. */
export interface RootAnswer {
  readonly question: string;
  /** From all that no rule of the policy refuses by itself. */
  readonly fromAll: Solved;
  /** From what Gatehouse shows. */
  readonly fromGatehouse: Solved;
}

export interface ClosureAnswers {
  readonly files: readonly FileAnswer[];
  readonly roots: readonly RootAnswer[];
}

/** Puts generated channels together into one, has Gatehouse close it, and asks rattler the same. */
export async function compareClosure(seeds: readonly number[]): Promise<ClosureAnswers> {
  const channels = seeds.map((seed) => generateChannel(seed, `s${seed}-`));
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-closure-'));
  try {
    await writeChannel(
      join(folder, 'upstream'),
      channels.flatMap(({ records }) => records),
    );
    const allowed = channels.flatMap(allowedBy);
    await writeChannel(join(folder, 'allowed'), allowed);
    const said = await askGatehouse(join(folder, 'upstream'), channels);
    const shown = allowed.filter(({ subdir, file }) => said.shown.has(`${subdir}/${file}`));
    await writeChannel(join(folder, 'shown'), shown);
    return {
      files: await askOfFiles(folder, { said, channels, allowed }),
      roots: await askOfRoots(folder, channels),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Fails where Gatehouse keeps back what could be installed. The other way round is not asked: a closure is necessary,
 * not sufficient, since two needs of one name may be met by different versions only.
 */
export function expectAgreement({ files, roots }: ClosureAnswers): void {
  const isKeptBack = files.filter(({ isApproved, isUnmet }) => !isApproved || isUnmet);
  expect(isKeptBack.filter(({ isSolved }) => isSolved)).toEqual([]);
  const shown = roots.map(({ fromGatehouse, question }) => ({ question, files: fromGatehouse }));
  expect(shown).toEqual(roots.map(({ fromAll, question }) => ({ question, files: fromAll })));
}

async function writeChannel(folder: string, records: readonly ChannelRecord[]): Promise<void> {
  for (const subdir of SUBDIRS) {
    await mkdir(join(folder, subdir), { recursive: true });
    await writeFile(join(folder, subdir, 'repodata.json'), repodataOf(subdir, records));
  }
}

/** What the rules let pass, one file at a time: an allowed licence, and of a root what its range takes. */
function allowedBy({ records, roots }: GeneratedChannel): readonly ChannelRecord[] {
  return records.filter(({ name, version, repodata }) => {
    const root = roots.find((one) => one.name === name);
    const isInRange = root?.range !== '<2' || Number(version.split('.')[0]) < 2;
    return repodata['license'] === 'MIT' && isInRange;
  });
}

interface Said {
  /** Files that stand in the channel. */
  readonly shown: ReadonlySet<string>;
  /** Of the files of roots, what is found of them; those that are shown may not fit each platform. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
}

async function askGatehouse(folder: string, channels: readonly GeneratedChannel[]): Promise<Said> {
  const source = parseSourceId('conda-forge');
  await using index = await startFakeIndex({ artifacts: [] });
  const urls = { 'conda-forge': pathToFileURL(`${folder}/`).href };
  const policy = policyOf(channels);
  await using house = await openHouse({ index, policy, channels: urls, subdirs: PLATFORMS });
  let channel = await house.mirror.conda.channel(source);
  while (channel === 'waiting') channel = await house.mirror.conda.channel(source);
  const findings = new Map<string, readonly Finding[]>();
  for (const { name } of channels.flatMap(({ roots }) => roots)) {
    const project = findCondaName(name);
    const explanation = project && (await house.mirror.conda.explain({ project }));
    for (const one of explanation?.artifacts ?? []) findings.set(one.filename, one.findings);
  }
  return { shown: new Set(channel.files.map(({ filename }) => filename)), findings };
}

function policyOf(channels: readonly GeneratedChannel[]): string {
  const allow = channels
    .flatMap(({ roots }) => roots)
    .map(({ name, range }) => `    - conda-forge::${name} ${range}\n`);
  return `version: 1
sources: { conda-forge: { kind: conda, min-age: 0d } }
targets:
  python: ["3.12"]
  platforms: [manylinux_2_28_x86_64]
  conda: { subdirs: [${PLATFORMS.join(', ')}], virtual: ${JSON.stringify(STATED)} }
packages:
  allow:
${allow.join('')}licenses: { allow: [MIT] }
versions: { keep: 100 }
dependencies: { closure: follow }
`;
}

interface Compared {
  readonly said: Said;
  readonly channels: readonly GeneratedChannel[];
  readonly allowed: readonly ChannelRecord[];
}

/** One for each allowed file of a root, on each platform that has it in its index. */
async function askOfFiles(
  folder: string,
  { said, channels, allowed }: Compared,
): Promise<readonly FileAnswer[]> {
  const roots = new Set(channels.flatMap((one) => one.roots.map(({ name }) => name)));
  const asked = allowed
    .filter(({ name }) => roots.has(name))
    .flatMap((one) =>
      PLATFORMS.filter((platform) => ['noarch', platform].includes(one.subdir)).map(
        (platform) => [one, platform] as const,
      ),
    );
  // rattler looks at no `subdir` of a spec; a file of the same name may stand in both folders.
  const specs = asked.map(
    ([{ name, repodata }, platform]) =>
      [platform, `${name}[sha256="${String(repodata['sha256'])}"]`] as const,
  );
  const solved = await solveWithRattler({
    folder: join(folder, 'allowed'),
    virtual: VIRTUAL,
    specs,
  });
  return asked.map(([{ subdir, file }, platform], index) => {
    const filename = `${subdir}/${file}`;
    const isApproved = said.shown.has(filename);
    return {
      question: `${filename} on ${platform}`,
      isApproved,
      isUnmet: (said.findings.get(filename) ?? []).some(
        ({ code, message }) => code === 'closure/target-unmet' && message.includes(platform),
      ),
      isSolved: solved[index] !== null,
    };
  });
}

async function askOfRoots(
  folder: string,
  channels: readonly GeneratedChannel[],
): Promise<readonly RootAnswer[]> {
  const specs = channels
    .flatMap(({ roots }) => roots)
    .flatMap(({ name }) => PLATFORMS.map((platform) => [platform, name] as const));
  const [fromAll, fromGatehouse] = await Promise.all(
    ['allowed', 'shown'].map((which) =>
      solveWithRattler({ folder: join(folder, which), virtual: VIRTUAL, specs }),
    ),
  );
  return specs.map(([platform, name], index) => ({
    question: `${name} on ${platform}`,
    fromAll: fromAll?.[index] ?? null,
    fromGatehouse: fromGatehouse?.[index] ?? null,
  }));
}
