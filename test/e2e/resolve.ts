import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Question } from '../fixtures/scenario-world.ts';
import type { Notebook } from './clients.ts';
import type { Ran } from './run.ts';

/** What a client resolved a question to. */
export interface Resolution {
  /** Versions by project, in normal form; absent: it found no solution. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly said: string;
}

/** Lets a client resolve without installing anything; throws when it fails otherwise than for want of a solution. */
export async function resolve(
  notebook: Notebook,
  question: Question,
  ...words: readonly string[]
): Promise<Resolution> {
  const isUv = notebook.client.name === 'uv';
  const ran = await (isUv
    ? resolveByUv(notebook, question, words)
    : resolveByPip(notebook, question, words));
  if (ran.status === 0) {
    return { versions: isUv ? readPins(ran.stdout) : readReport(ran.stdout), said: ran.said };
  }
  if (!NO_SOLUTION.test(ran.said)) {
    throw new Error(`${question.scenario}: ${notebook.client.name} failed: ${ran.said}`);
  }
  return { said: ran.said };
}

/** As they say that nothing fits, or print a refusal. */
const NO_SOLUTION =
  /No solution found|not found in the package registry|No matching distribution|ResolutionImpossible|\([a-z]+\/[a-z-]+\); see http/;

async function resolveByUv(
  notebook: Notebook,
  { requires, python, options, prefix }: Question,
  words: readonly string[],
): Promise<Ran> {
  const wishes = join(notebook.directory, `${prefix}wishes.in`);
  await writeFile(wishes, requires.join('\n'));
  return notebook.run(
    'pip',
    'compile',
    '--quiet',
    '--no-header',
    '--no-annotate',
    // Else it looks for that version among the interpreters of the machine.
    '--python',
    notebook.client.python,
    '--python-version',
    python,
    '--python-platform',
    'x86_64-manylinux_2_28',
    '--resolution',
    options.resolution,
    ...(options.prereleases ? ['--prerelease', 'allow'] : []),
    ...options.noBinary.flatMap((name) => ['--no-binary', name]),
    ...options.noBuild.flatMap((name) => ['--only-binary', name]),
    ...words,
    wishes,
  );
}

/** pip reads the markers of the Python that it runs on, whatever `--python-version` says, so it resolves for that. */
async function resolveByPip(
  notebook: Notebook,
  { requires, options }: Question,
  words: readonly string[],
): Promise<Ran> {
  return notebook.run(
    'install',
    '--quiet',
    '--dry-run',
    '--ignore-installed',
    '--report',
    '-',
    ...(options.prereleases ? ['--pre'] : []),
    ...options.noBinary.flatMap((name) => ['--no-binary', name]),
    ...options.noBuild.flatMap((name) => ['--only-binary', name]),
    ...words,
    ...requires,
  );
}

function readPins(text: string): Readonly<Record<string, string>> {
  const pins = text.matchAll(/^([a-z0-9-]+)(?:\[[^\]]*\])?==(\S+)/gm);
  return sorted([...pins].map(([, name = '', version = '']) => [name, version]));
}

function readReport(text: string): Readonly<Record<string, string>> {
  const report: unknown = JSON.parse(text);
  return sorted(
    listOf(report, 'install').map((item) => {
      const metadata: unknown = Reflect.get(Object(item), 'metadata');
      return [
        String(Reflect.get(Object(metadata), 'name')),
        String(Reflect.get(Object(metadata), 'version')),
      ];
    }),
  );
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list: unknown = Reflect.get(Object(value), key);
  return Array.isArray(list) ? list : [];
}

function sorted(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
