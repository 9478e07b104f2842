import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { CLIENTS, findClient } from './clients.ts';
import { expectSuccess } from './expectations.ts';
import { policyFor } from './policy.ts';
import { type Ran, run } from './run.ts';
import { type Service, startService } from './service.ts';

const CLIENTS_FOLDER = join(import.meta.dirname, '../../.clients');
const UV = join(CLIENTS_FOLDER, 'uv/bin/uv');
const PYTHON = findClient('pip')?.python ?? 'python3';

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({
    artifacts: [
      mitWheel({ name: 'app', version: '1.0', requiresDist: ['lib'] }),
      mitWheel({ name: 'lib', version: '1.0' }),
      mitWheel({ name: 'other', version: '1.0' }),
    ],
  });
  service = await startService({ upstream: index.url, policy: policyFor(['app']) });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

/** How a program is run in a home that has nothing but what `client-config` printed. */
interface Use {
  readonly title: string;
  readonly client: string;
  /** Its folder in `.clients`. */
  readonly folder: string;
  /** A file of the project that the printed text is added to. */
  readonly project?: { readonly name: string; readonly text: string } | undefined;
  readonly settings?: Readonly<Record<string, string>>;
  readonly install: (project: string) => readonly string[];
}

const PYPROJECT = `[project]
name = "course"
version = "1"
requires-python = ">=3.10,<4"
dependencies = []
`;

const PIPS = CLIENTS.filter(({ name }) => name !== 'uv').map(({ name, python }) => ({
  title: name,
  client: 'pip',
  folder: name === 'pip' ? 'pip-newest' : 'pip-22.0.4',
  install: (project: string) => [python, '-m', 'pip', 'install', '--target', 'target', project],
}));

const ALL: readonly Use[] = [
  ...PIPS,
  {
    title: 'uv',
    client: 'uv',
    folder: 'uv',
    install: (project) => {
      const words = ['pip', 'install', '--python', PYTHON, '--target', 'target'];
      return [UV, ...words, project];
    },
  },
  {
    title: 'poetry',
    client: 'poetry',
    folder: 'poetry',
    project: {
      name: 'pyproject.toml',
      text: `${PYPROJECT}\n[tool.poetry]\npackage-mode = false\n`,
    },
    settings: { POETRY_VIRTUALENVS_IN_PROJECT: 'true' },
    install: (project) => moduleOf('poetry', 'add', '--no-interaction', project),
  },
  {
    title: 'pdm',
    client: 'pdm',
    folder: 'pdm',
    project: { name: 'pyproject.toml', text: `${PYPROJECT}\n[tool.pdm]\ndistribution = false\n` },
    settings: { PDM_CHECK_UPDATE: 'false', PDM_USE_VENV: 'true', PDM_NON_INTERACTIVE: 'true' },
    install: (project) => moduleOf('pdm', 'add', project),
  },
  {
    title: 'pipenv',
    client: 'pipenv',
    folder: 'pipenv',
    project: { name: 'Pipfile', text: '[packages]\n' },
    settings: { PIPENV_VENV_IN_PROJECT: '1', PIPENV_NOSPIN: '1', PIPENV_YES: '1' },
    install: (project) => moduleOf('pipenv', 'install', project),
  },
];

const USES = ALL.filter(({ title, folder }) => {
  const isThere = existsSync(join(CLIENTS_FOLDER, folder));
  if (!isThere) console.error(`skipped: ${title} is not among the pinned clients`);
  return isThere;
});

function moduleOf(name: string, ...words: readonly string[]): readonly string[] {
  return [PYTHON, '-m', name, ...words];
}

interface FakeHome extends AsyncDisposable {
  readonly directory: string;
  run(line: readonly string[], settings?: Readonly<Record<string, string>>): Promise<Ran>;
  /** The projects that lie somewhere in it with their metadata, apart from what tools bring along. */
  installed(): Promise<readonly string[]>;
}

async function openHome(use: Pick<Use, 'folder' | 'settings'>): Promise<FakeHome> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-home-'));
  const environment = {
    PATH: `${join(CLIENTS_FOLDER, use.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: directory,
    LC_ALL: 'C.UTF-8',
    PYTHONPATH: join(CLIENTS_FOLDER, use.folder),
    PYTHONDONTWRITEBYTECODE: '1',
    PIP_ROOT_USER_ACTION: 'ignore',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    ...use.settings,
  };
  return {
    directory,
    run: (line, settings = {}) =>
      run(line, { environment: { ...environment, ...settings }, directory }),
    async installed() {
      const names = await readdir(directory, { recursive: true });
      const found = names.flatMap((name) => /([a-z]+)-1\.0\.dist-info$/.exec(name)?.[1] ?? []);
      return [...new Set(found)]
        .filter((name) => ['app', 'lib', 'other'].includes(name))
        .toSorted();
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Puts what the command prints where it says. */
async function configure(home: FakeHome, { client, project }: Use): Promise<void> {
  const printed = await service.gatehouse('client-config', '--for', client);
  expectSuccess(printed);
  const said = /^(\S+):$/m.exec(printed.stderr)?.[1] ?? '';
  const path = join(home.directory, said.replace(/^~\//, ''));
  await writeProject(home, { project });
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, printed.stdout);
}

async function writeProject(home: FakeHome, { project }: Pick<Use, 'project'>): Promise<void> {
  if (project !== undefined)
    await writeFile(join(home.directory, project.name), `${project.text}\n`);
}

describe.for(USES)('$title with the file that client-config prints', (use) => {
  test('installs what is approved and nothing that is refused', async () => {
    await using home = await openHome(use);
    await configure(home, use);
    expectSuccess(await home.run(use.install('app')));
    expect(await home.installed()).toEqual(['app', 'lib']);
    const refused = await home.run(use.install('other'));
    expect(refused.status, refused.said).not.toBe(0);
    expect(refused.said).toContain('other 1.0 is not approved: packages.allow has no entry for it');
    expect(await home.installed()).toEqual(['app', 'lib']);
  });
});

describe.for(USES.filter(({ client }) => client !== 'poetry'))(
  '$title with the variables that client-config --env prints',
  (use) => {
    test('installs what is approved and nothing that is refused', async () => {
      await using home = await openHome(use);
      const printed = await service.gatehouse('client-config', '--for', use.client, '--env');
      expectSuccess(printed);
      await writeProject(home, use);
      const shell = ['sh', '-c', `${printed.stdout}exec "$@"`, 'sh'];
      expectSuccess(await home.run([...shell, ...use.install('app')]));
      expect(await home.installed()).toEqual(['app', 'lib']);
      const refused = await home.run([...shell, ...use.install('other')]);
      expect(refused.status, refused.said).not.toBe(0);
      expect(refused.said).toContain('other 1.0 is not approved');
    });
  },
);

// Kernels and terminals are children of the server, whose configuration is Python; `%pip` is `python -m pip`.
const SERVER = `
import subprocess, sys, types
c = types.SimpleNamespace(LabApp=types.SimpleNamespace())
exec(open(".jupyter/jupyter_server_config.py").read())
assert c.LabApp.extension_manager == "readonly"
sys.exit(subprocess.call(sys.argv[1:]))
`;

describe.for(USES.filter(({ folder }) => ['pip-newest', 'uv'].includes(folder)))(
  '$title in a kernel of a server with the file that client-config prints for jupyter',
  (use) => {
    test('installs what is approved and nothing that is refused', async () => {
      await using home = await openHome(use);
      await configure(home, { ...use, client: 'jupyter' });
      const kernel = [PYTHON, '-c', SERVER];
      expectSuccess(await home.run([...kernel, ...use.install('app')]));
      expect(await home.installed()).toEqual(['app', 'lib']);
      const refused = await home.run([...kernel, ...use.install('other')]);
      expect(refused.status, refused.said).not.toBe(0);
      expect(refused.said).toContain('other 1.0 is not approved');
    });
  },
);
