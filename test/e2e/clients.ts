import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Ran, run } from './run.ts';

const CLIENTS_FOLDER = join(import.meta.dirname, '../../.clients');

/** A real installer, pinned by `test/clients`, on a Python that it runs on. */
export interface Client {
  readonly name: 'pip' | 'pip 24.2' | 'pip 23.2.1' | 'pip 22.0.4' | 'uv' | 'uv 0.9.4';
  readonly tool: 'pip' | 'uv';
  /** Where it is installed. */
  readonly folder: string;
  /** Path of the interpreter. */
  readonly python: string;
  /** Its version, such as `3.12`. */
  readonly pythonVersion: string;
}

/** A place with one client, its cache and what it installed; nothing of the machine's settings reaches it. */
export interface Notebook extends AsyncDisposable {
  readonly client: Client;
  readonly directory: string;
  readonly cache: string;
  /** Installs, into a target that is emptied first. */
  install(...words: readonly string[]): Promise<Ran>;
  /** Projects and versions that the last `install` left. */
  installed(): Promise<Readonly<Record<string, string>>>;
  /** Files of at least this size in its cache and its folder for temporary files. */
  leftovers(leastBytes: number): Promise<readonly string[]>;
  /** Runs `pip …` or `uv …` with the settings of the notebook, the index among them. */
  run(...words: readonly string[]): Promise<Ran>;
}

interface Interpreter {
  readonly path: string;
  readonly version: string;
}

const interpreter = findInterpreter('python3');
/** pip 22.0.4 imports what Python 3.12 has no longer. */
const oldInterpreter = ['python3', 'python3.11', 'python3.10', 'python3.9']
  .map(findInterpreter)
  .find((found) => found !== undefined && Number(found.version.split('.')[1]) <= 11);

/** The clients that this machine can run; one that it cannot is named on stderr. */
export const ALL_CLIENTS: readonly Client[] = [
  onInterpreter('pip', 'pip-newest', interpreter),
  onInterpreter('pip 24.2', 'pip-24.2', interpreter),
  onInterpreter('pip 23.2.1', 'pip-23.2.1', interpreter),
  onInterpreter('pip 22.0.4', 'pip-22.0.4', oldInterpreter),
  onInterpreter('uv', 'uv', interpreter),
  onInterpreter('uv 0.9.4', 'uv-0.9.4', interpreter),
].filter((found) => found !== undefined);

/** Newest and oldest of each kind of pip, and the newest uv: for what does not depend on every version. */
export const CLIENTS: readonly Client[] = ALL_CLIENTS.filter(({ name }) =>
  ['pip', 'pip 22.0.4', 'uv'].includes(name),
);

/** The one with this name; absent: this machine cannot run it. */
export function findClient(name: Client['name']): Client | undefined {
  return ALL_CLIENTS.find((known) => known.name === name);
}

/** Opens a notebook whose only index is the one given; more settings are variables of its environment. */
export async function openNotebook(
  client: Client,
  indexUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Notebook> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-notebook-'));
  const cache = join(directory, 'cache');
  const target = join(directory, 'target');
  const temporary = join(directory, 'tmp');
  await mkdir(temporary);
  const place = { directory, cache, temporary, indexUrl };
  const environment = { ...environmentOf(client, place), ...settings };
  const command =
    client.tool === 'uv' ? [join(client.folder, 'bin/uv')] : [client.python, '-m', 'pip'];

  function runHere(...words: readonly string[]): Promise<Ran> {
    return run([...command, ...words], { environment, directory });
  }

  return {
    client,
    directory,
    cache,
    run: runHere,
    async install(...words) {
      await rm(target, { recursive: true, force: true });
      const verb =
        client.tool === 'uv' ? ['pip', 'install', '--python', client.python] : ['install'];
      return runHere(...verb, '--target', target, ...words);
    },
    async installed() {
      const names = existsSync(target) ? await readdir(target) : [];
      const releases = names.flatMap((name) => {
        const [, project, version] = /^(.+)-(.+)\.dist-info$/.exec(name) ?? [];
        return project === undefined || version === undefined ? [] : [[project, version] as const];
      });
      return Object.fromEntries(releases);
    },
    async leftovers(leastBytes) {
      const files = [...(await filesUnder(cache)), ...(await filesUnder(temporary))];
      return files.filter((path) => statSync(path).size >= leastBytes);
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Several notebooks that end together. */
export interface Notebooks extends AsyncDisposable {
  readonly all: readonly Notebook[];
}

/** Opens one notebook for each client. */
export async function openNotebooks(
  clients: readonly Client[],
  indexUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Notebooks> {
  const all = await Promise.all(clients.map((client) => openNotebook(client, indexUrl, settings)));
  return {
    all,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((notebook) => notebook[Symbol.asyncDispose]()));
    },
  };
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

interface Place {
  readonly directory: string;
  readonly cache: string;
  readonly temporary: string;
  readonly indexUrl: string;
}

function environmentOf(client: Client, place: Place): Readonly<Record<string, string>> {
  const common = {
    PATH: process.env['PATH'] ?? '',
    HOME: place.directory,
    TMPDIR: place.temporary,
    LC_ALL: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
  };
  if (client.tool === 'uv') {
    return {
      ...common,
      UV_CACHE_DIR: place.cache,
      UV_DEFAULT_INDEX: place.indexUrl,
      UV_NO_CONFIG: '1',
      UV_PYTHON: client.python,
      UV_PYTHON_DOWNLOADS: 'never',
      UV_LINK_MODE: 'copy',
    };
  }
  return {
    ...common,
    PYTHONPATH: client.folder,
    PIP_CONFIG_FILE: '/dev/null',
    PIP_CACHE_DIR: place.cache,
    PIP_INDEX_URL: place.indexUrl,
    // Without it pip keeps nothing that came over plain HTTP.
    PIP_TRUSTED_HOST: '127.0.0.1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    PIP_ROOT_USER_ACTION: 'ignore',
  };
}

function onInterpreter(
  name: Client['name'],
  list: string,
  found: Interpreter | undefined,
): Client | undefined {
  if (found !== undefined) {
    return {
      name,
      tool: name.startsWith('uv') ? 'uv' : 'pip',
      folder: join(CLIENTS_FOLDER, list),
      python: found.path,
      pythonVersion: found.version,
    };
  }
  console.error(`skipped: ${name} runs on no Python of this machine`);
  return undefined;
}

function findInterpreter(command: string): Interpreter | undefined {
  try {
    const question = 'import sys; print(sys.executable, "%d.%d" % sys.version_info[:2])';
    const answer = execFileSync(command, ['-c', question], { encoding: 'utf8', stdio: 'pipe' });
    const [path, version] = answer.trim().split(' ');
    return path === undefined || version === undefined ? undefined : { path, version };
  } catch {
    return undefined;
  }
}
