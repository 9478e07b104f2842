import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { findLockReader } from '../../../src/ecosystems/pypi/lock-files.ts';
import { readRequirementsFile } from '../../../src/ecosystems/pypi/requirements-file.ts';

const CLIENTS = join(import.meta.dirname, '../../../.clients');
const LIBRARIES = [join(CLIENTS, 'pip-newest'), join(CLIENTS, 'packaging')];

interface Answers {
  readonly requirements: readonly unknown[];
  readonly pylock: readonly unknown[];
}

function ask(asked: {
  readonly requirements: readonly string[];
  readonly pylock: readonly string[];
}): Answers {
  const answer = execFileSync('python3', [join(import.meta.dirname, 'files-oracle.py')], {
    input: JSON.stringify(asked),
    env: { ...process.env, PYTHONPATH: LIBRARIES.join(':'), PYTHONUTF8: '1' },
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { requirements, pylock } = JSON.parse(answer);
  return { requirements, pylock };
}

const name = fc.constantFrom('app', 'Some.Lib', 'a_b', 'x1');
const clauses = fc.constantFrom('', '==1.0', '>=1,<2', ' ~= 2.1 ', ' ==1.*', '>>1', '===odd');
const extras = fc.constantFrom('', '', '[fast]', '[a,b]', '[');
const marker = fc.constantFrom(
  '',
  '',
  ' ; python_version >= "3.9"',
  '; os_name == "nt"',
  ' ; what',
);
const options = fc.constantFrom(
  '',
  '',
  ' --hash=sha256:00',
  ' \\\n    --hash=sha256:00',
  ' \\\n  --hash=sha256:00 \\\n --hash=sha256:11',
);
const comment = fc.constantFrom('', '', ' # why', '  #', '#glued', ' # with \\');
const asked = fc
  .tuple(name, extras, clauses, marker, options, comment)
  .map((parts) => parts.join(''));
const other = fc.constantFrom(
  '',
  '# a comment',
  '   # an indented one',
  '# one that does not go on \\',
  '-e ./folder',
  '--editable ./folder',
  './folder',
  'folder/inside',
  'app-1.0-py3-none-any.whl',
  'app @ https://files.test/app-1.0-py3-none-any.whl',
  'https://files.test/app-1.0.tar.gz#sha256=00',
  'git+https://git.test/app',
  '-i https://packages.test/simple',
  '--extra-index-url=https://packages.test/simple',
  '--pre',
  'app \\',
  '\\',
);
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n');
const file = fc
  .array(fc.tuple(fc.oneof({ weight: 3, arbitrary: asked }, other), lineEnd), { maxLength: 8 })
  .map((lines) => lines.flat().join(''));

function ours(text: string): readonly unknown[] {
  return readRequirementsFile(text).map((item) => {
    if (item.kind !== 'requirement') return [item.line, item.kind, ''];
    const { name: project, specifiers } = item.requirement;
    const texts = specifiers.clauses.map((clause) => clause.text).toSorted();
    return [item.line, item.kind, `${project}${texts.join(',')}`];
  });
}

test.skipIf(!existsSync(LIBRARIES[0] ?? ''))(
  "what pip's own parser reads in a requirements file is read here, line by line",
  async () => {
    const texts = fc.sample(file, {
      numRuns: 2000,
      seed: Number(process.env['GATEHOUSE_SEED'] ?? 7),
    });
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-files-'));
    try {
      const paths = texts.map((_, index) => join(folder, `${index}.txt`));
      await Promise.all(paths.map((path, index) => writeFile(path, texts[index] ?? '')));
      const { requirements } = ask({ requirements: paths, pylock: [] });
      const differences = texts.flatMap((text, index) => {
        const [mine, theirs] = [ours(text), requirements[index]];
        return JSON.stringify(mine) === JSON.stringify(theirs) ? [] : [{ text, mine, theirs }];
      });
      expect(differences.slice(0, 3)).toEqual([]);
      const kinds = texts.flatMap((text) => readRequirementsFile(text).map(({ kind }) => kind));
      expect(new Set(kinds)).toEqual(new Set(['requirement', 'unapprovable', 'ignored']));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

function lockOf(version: string, more = ''): string {
  const wheel = `{ name = "a-${version}-py3-none-any.whl", url = "https://files.test/a", hashes = { sha256 = "00" } }`;
  return `lock-version = "1.0"
created-by = "test"
[[packages]]
name = "a"
version = "${version}"
wheels = [${wheel}]
${more}
`;
}

test.skipIf(!existsSync(LIBRARIES[1] ?? ''))(
  'what packaging reads in a pylock.toml is read here',
  () => {
    const texts = [
      `lock-version = "1.0"\ncreated-by = "test"\npackages = []\n`,
      lockOf('1.0', '[[packages]]\nname = "b"\nversion = "2.0"\ndirectory = { path = "../b" }'),
      lockOf('1.0.post1', `marker = "os_name == 'nt'"`),
      lockOf('1!2.0', `marker = "'x' in extras"`),
      lockOf('1.0').replace('"1.0"', '"2.0"'),
      lockOf('1.0').replace(/lock-version.*\n/, ''),
    ];
    const mine = texts.map((text) => {
      try {
        return findLockReader('pylock.toml')?.(text).flatMap((item) =>
          item.kind === 'requirement'
            ? [[item.requirement.name, item.requirement.specifiers.text.replace('==', '')]]
            : [],
        );
      } catch {
        return null;
      }
    });
    expect(mine).toEqual(ask({ requirements: [], pylock: texts }).pylock);
  },
);
