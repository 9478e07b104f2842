import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { findClient, openNotebook } from './clients.ts';
import { expectSuccess, expectWithin } from './expectations.ts';
import { policyFor } from './policy.ts';
import { run } from './run.ts';
import { type Service, startService } from './service.ts';

const CLIENTS_FOLDER = join(import.meta.dirname, '../../.clients');
const UV = join(CLIENTS_FOLDER, 'uv/bin/uv');
const PYTHON = findClient('pip')?.python ?? 'python3';
const POLICY = policyFor(['base']);

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({
    artifacts: [
      mitWheel({ name: 'base', version: '1.0' }),
      mitWheel({
        name: 'Some.App',
        version: '2.1',
        requiresDist: ['lib >=1', 'win-only; sys_platform == "win32"'],
      }),
      mitWheel({ name: 'lib', version: '1.2', requiresDist: ['leaf'] }),
      mitWheel({ name: 'leaf', version: '0.3' }),
      mitWheel({ name: 'win-only', version: '1.0' }),
    ],
  });
  service = await startService({ upstream: index.url, policy: POLICY });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await service.writePolicy(POLICY);
});

/** How a program writes the lock of a project that asks for `some-app` and `base`. */
interface Locker {
  readonly file: string;
  readonly folder: string;
  readonly by: string;
  readonly project: (indexUrl: string) => { readonly name: string; readonly text: string };
  readonly settings?: (indexUrl: string) => Readonly<Record<string, string>>;
  readonly lines: readonly (readonly string[])[];
}

function pyproject(more: string): { readonly name: string; readonly text: string } {
  return {
    name: 'pyproject.toml',
    text: `[project]
name = "course"
version = "1"
requires-python = ">=3.10,<4"
dependencies = ["some-app", "base"]
${more}
`,
  };
}

const WISHES = { name: 'requirements.in', text: 'some-app\nbase\n' };

function forUv(indexUrl: string): Readonly<Record<string, string>> {
  return { UV_DEFAULT_INDEX: indexUrl, UV_NO_CONFIG: '1', UV_PYTHON: PYTHON };
}

const ALL: readonly Locker[] = [
  {
    file: 'uv.lock',
    by: 'uv',
    folder: 'uv',
    project: () => pyproject(''),
    settings: forUv,
    lines: [[UV, 'lock']],
  },
  {
    file: 'pylock.toml',
    by: 'uv',
    folder: 'uv',
    project: () => pyproject(''),
    settings: forUv,
    lines: [
      [UV, 'lock'],
      [UV, 'export', '--format', 'pylock.toml', '-o', 'pylock.toml'],
    ],
  },
  {
    file: 'requirements.txt',
    by: 'uv',
    folder: 'uv',
    project: () => WISHES,
    settings: forUv,
    lines: [[UV, 'pip', 'compile', '--generate-hashes', '-o', 'requirements.txt', WISHES.name]],
  },
  {
    file: 'pylock.toml',
    by: 'pip',
    folder: 'pip-newest',
    project: () => WISHES,
    settings: (indexUrl) => ({ PIP_INDEX_URL: indexUrl, PIP_CONFIG_FILE: '/dev/null' }),
    lines: [[PYTHON, '-m', 'pip', 'lock', '-r', WISHES.name]],
  },
  {
    file: 'poetry.lock',
    by: 'poetry',
    folder: 'poetry',
    project: (indexUrl) =>
      pyproject(
        `[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\nname = "upstream"\nurl = "${indexUrl}"\npriority = "primary"`,
      ),
    lines: [[PYTHON, '-m', 'poetry', 'lock', '--no-interaction']],
  },
  {
    file: 'pdm.lock',
    by: 'pdm',
    folder: 'pdm',
    project: () => pyproject('[tool.pdm]\ndistribution = false'),
    settings: (indexUrl) => ({ PDM_PYPI_URL: indexUrl, PDM_CHECK_UPDATE: 'false' }),
    lines: [[PYTHON, '-m', 'pdm', 'lock']],
  },
  {
    file: 'Pipfile.lock',
    by: 'pipenv',
    folder: 'pipenv',
    project: (indexUrl) => ({
      name: 'Pipfile',
      text: `[[source]]\nname = "upstream"\nurl = "${indexUrl}"\nverify_ssl = false\n[packages]\nsome-app = "*"\nbase = "*"\n`,
    }),
    settings: () => ({ PIPENV_VENV_IN_PROJECT: '1', PIPENV_NOSPIN: '1', PIPENV_YES: '1' }),
    lines: [[PYTHON, '-m', 'pipenv', 'lock']],
  },
];

const LOCKERS = ALL.filter(({ by, folder }) => {
  const isThere = existsSync(join(CLIENTS_FOLDER, folder));
  if (!isThere) console.error(`skipped: ${by} is not among the pinned clients`);
  return isThere;
});

/** Writes the lock into the folder of the service. */
async function lock(locker: Locker): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-lock-'));
  try {
    const { name, text } = locker.project(index.url);
    await writeFile(join(directory, name), text);
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      LC_ALL: 'C.UTF-8',
      PYTHONPATH: join(CLIENTS_FOLDER, locker.folder),
      PYTHONDONTWRITEBYTECODE: '1',
      ...locker.settings?.(index.url),
    };
    for (const line of locker.lines) expectSuccess(await run(line, { environment, directory }));
    await copyFile(join(directory, locker.file), join(service.directory, locker.file));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

describe.for(LOCKERS)('$file of $by', (locker) => {
  test('is approved by one entry, and then installs', async () => {
    await lock(locker);
    const ran = await service.gatehouse('approve', '-r', locker.file);
    expectSuccess(ran);
    expect(ran.stdout).toContain('+ some-app ==2.1\n');
    expect(ran.stdout).toContain('= lib ==1.2: comes along with some-app\n');
    expect(ran.stdout).toContain('= base ==1.0: approved already\n');
    expect(ran.stdout).not.toMatch(/^[+=!] win-only/m);
    const text = await readFile(service.policyPath, 'utf8');
    expect(text).toBe(POLICY.replace('- base\n', '- base\n    - some-app >=2.1,<3\n'));
    const pip = findClient('pip');
    if (pip === undefined) throw new Error('pip runs on every machine');
    await using notebook = await openNotebook(pip, service.indexUrl);
    await expectWithin(10_000, async () => {
      const installed = await notebook.install('some-app==2.1', 'lib==1.2', 'leaf==0.3');
      return installed.status === 0;
    });
  });
});
