import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findClient } from './clients.ts';
import { type Ran, run } from './run.ts';

const CLIENTS_FOLDER = join(import.meta.dirname, '../../.clients');
const PYTHON = findClient('pip')?.python ?? 'python3';

/** A real tool that resolves the needs of a project once, writes a lock file, and installs from it. */
export interface Locker {
  readonly name: 'uv' | 'uv 0.9.4' | 'poetry' | 'pdm' | 'pipenv';
  /** Where it is installed, below the folder of all clients. */
  readonly folder: string;
  readonly lockFile: string;
  /** The project's own file, for these needs and this index. */
  projectFile(
    needs: readonly string[],
    indexUrl: string,
  ): { readonly name: string; readonly text: string };
  readonly lock: readonly string[];
  /** Installs what the lock file says. */
  readonly install: readonly string[];
  /** Adds a need, as a person does. */
  add(need: string): readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

function pyproject(needs: readonly string[], tool: string): { name: string; text: string } {
  const list = needs.map((need) => JSON.stringify(need)).join(', ');
  return {
    name: 'pyproject.toml',
    text: `[project]\nname = "course"\nversion = "1"\nrequires-python = ">=3.10,<4"\ndependencies = [${list}]\n${tool}`,
  };
}

function isPinned({ name, folder }: Locker): boolean {
  const isThere = existsSync(join(CLIENTS_FOLDER, folder));
  if (!isThere) console.error(`skipped: ${name} is not among the pinned clients`);
  return isThere;
}

function uvLocker(name: 'uv' | 'uv 0.9.4', folder: string): Locker {
  const uv = join(CLIENTS_FOLDER, folder, 'bin/uv');
  return {
    name,
    folder,
    lockFile: 'uv.lock',
    projectFile: (needs, url) =>
      pyproject(
        needs,
        `[[tool.uv.index]]\nurl = "${url}"\ndefault = true\n[tool.uv]\npackage = false\n`,
      ),
    lock: [uv, 'lock'],
    install: [uv, 'sync', '--frozen'],
    add: (need) => [uv, 'add', need],
    settings: { UV_PYTHON: PYTHON, UV_PYTHON_DOWNLOADS: 'never', UV_LINK_MODE: 'copy' },
  };
}

const ALL: readonly Locker[] = [
  uvLocker('uv', 'uv'),
  uvLocker('uv 0.9.4', 'uv-0.9.4'),
  {
    name: 'poetry',
    folder: 'poetry',
    lockFile: 'poetry.lock',
    projectFile: (needs, url) =>
      pyproject(
        needs,
        `[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\nname = "gatehouse"\nurl = "${url}"\npriority = "primary"\n`,
      ),
    lock: [PYTHON, '-m', 'poetry', 'lock', '--no-interaction'],
    install: [PYTHON, '-m', 'poetry', 'install', '--no-interaction'],
    add: (need) => [PYTHON, '-m', 'poetry', 'add', '--no-interaction', need],
    settings: { POETRY_VIRTUALENVS_IN_PROJECT: 'true' },
  },
  {
    name: 'pdm',
    folder: 'pdm',
    lockFile: 'pdm.lock',
    projectFile: (needs, url) =>
      pyproject(
        needs,
        `[tool.pdm]\ndistribution = false\n[[tool.pdm.source]]\nname = "pypi"\nurl = "${url}"\n`,
      ),
    lock: [PYTHON, '-m', 'pdm', 'lock'],
    install: [PYTHON, '-m', 'pdm', 'sync'],
    add: (need) => [PYTHON, '-m', 'pdm', 'add', need],
    settings: { PDM_CHECK_UPDATE: 'false', PDM_USE_VENV: 'true', PDM_NON_INTERACTIVE: 'true' },
  },
  {
    name: 'pipenv',
    folder: 'pipenv',
    lockFile: 'Pipfile.lock',
    projectFile: (needs, url) => {
      const lines = needs.map((need) => {
        const [, name = '', range = '*'] = /^([\w.-]+)\s*(.+)?$/.exec(need) ?? [];
        return `${name} = "${range}"\n`;
      });
      const source = `[[source]]\nurl = "${url}"\nverify_ssl = false\nname = "gatehouse"\n`;
      return { name: 'Pipfile', text: `${source}[packages]\n${lines.join('')}` };
    },
    lock: [PYTHON, '-m', 'pipenv', 'lock'],
    install: [PYTHON, '-m', 'pipenv', 'sync'],
    add: (need) => [PYTHON, '-m', 'pipenv', 'install', need],
    settings: { PIPENV_VENV_IN_PROJECT: '1', PIPENV_NOSPIN: '1', PIPENV_YES: '1' },
  },
];

/** The lockers that are installed; one that is not is named on stderr. */
export const LOCKERS: readonly Locker[] = ALL.filter(isPinned);

/** A project folder with a home and caches of its own. */
export interface LockedProject extends AsyncDisposable {
  readonly directory: string;
  run(line: readonly string[]): Promise<Ran>;
  /** `name version` of what is installed in its environment, apart from what tools bring along. */
  installed(): Promise<readonly string[]>;
}

/** Opens a project that needs these; with a lock file, it begins with that of another one. */
export async function openProject(
  locker: Locker,
  plan: {
    readonly needs: readonly string[];
    readonly indexUrl: string;
    readonly lockOf?: LockedProject;
  },
): Promise<LockedProject> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-project-'));
  const { name, text } = locker.projectFile(plan.needs, plan.indexUrl);
  await writeFile(join(directory, name), text);
  if (plan.lockOf !== undefined) {
    await cp(join(plan.lockOf.directory, locker.lockFile), join(directory, locker.lockFile));
  }
  const folder = join(CLIENTS_FOLDER, locker.folder);
  const environment = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: directory,
    LC_ALL: 'C.UTF-8',
    // Else some break what they quote at the edge of the terminal, in the middle of an address.
    COLUMNS: '1000',
    // It looks for newer pips in the background, on the network, and still writes when the folder is removed.
    VIRTUALENV_NO_PERIODIC_UPDATE: '1',
    PYTHONPATH: locker.lockFile === 'uv.lock' ? '' : folder,
    PYTHONDONTWRITEBYTECODE: '1',
    PIP_ROOT_USER_ACTION: 'ignore',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    ...locker.settings,
  };
  return {
    directory,
    run: (line) => run(line, { environment, directory }),
    async installed() {
      const site = join(directory, '.venv/lib');
      const names = existsSync(site) ? await readdir(site, { recursive: true }) : [];
      const found = names.flatMap((path) => {
        const [, project, version] = /site-packages\/([^/]+)-([^/-]+)\.dist-info$/.exec(path) ?? [];
        return project === undefined ? [] : [`${project} ${version}`];
      });
      return found.filter((one) => !/^(?:pip|setuptools|wheel) /.test(one)).toSorted();
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
