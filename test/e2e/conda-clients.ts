import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Ran, run } from './run.ts';

const CLIENTS = join(import.meta.dirname, '../../.clients/conda');

/** How rattler is asked: see rattler-create.py. */
export interface RattlerPlan {
  readonly channel: string;
  readonly specs: readonly string[];
  /** Default `env`. */
  readonly environment?: string;
  /** Instead of those of this machine, by name. */
  readonly virtual?: Readonly<Record<string, string>>;
  /** Text of a configuration file of rattler and pixi; holds while it installs. */
  readonly config?: string;
  /** The configuration holds while it solves as well. */
  readonly solveWithConfig?: boolean;
  readonly onlySolve?: boolean;
}

/** A home with caches of its own: rattler takes a file with the same digest from its cache without a request. */
export interface CondaHome extends AsyncDisposable {
  readonly directory: string;
  /** Runs the real conda; no channel but those that the words or the home's `.condarc` name. */
  conda(...words: readonly string[]): Promise<Ran>;
  /** `conda create` of the environment `env` from one channel. */
  create(channel: string, ...words: readonly string[]): Promise<Ran>;
  rattler(plan: RattlerPlan): Promise<Ran>;
  /** Runs conda-lock, which finds the same conda with `--conda ./conda`. */
  condaLock(...words: readonly string[]): Promise<Ran>;
  /** Runs a script of the shell. */
  shell(script: string): Promise<Ran>;
  /** Runs a program of an environment. */
  program(name: string, ...words: readonly string[]): Promise<Ran>;
  /** Empties it, so that the next environment is made at the same place of nothing that is known. */
  clear(): Promise<void>;
  /** What an environment has, `tabulate-0.9.0-py_0`. */
  installed(environment?: string): Promise<readonly string[]>;
}

/** Whether `npm test` has installed conda. */
export function hasCondaClients(): boolean {
  return existsSync(join(CLIENTS, 'conda'));
}

export async function openCondaHome(): Promise<CondaHome> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-conda-'));
  await makeFolders(directory);
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    TMPDIR: join(directory, 'tmp'),
    LC_ALL: 'C.UTF-8',
    PYTHONPATH: CLIENTS,
    PYTHONDONTWRITEBYTECODE: '1',
    CONDA_PKGS_DIRS: join(directory, 'pkgs'),
    CONDA_ENVS_DIRS: join(directory, 'envs'),
    // Its default, libmamba, is on no registry.
    CONDA_SOLVER: 'classic',
    // Else a channel with Python but without pip cannot be solved.
    CONDA_ADD_PIP_AS_PYTHON_DEPENDENCY: 'false',
    // Else `-y` sends a report of a crash.
    CONDA_REPORT_ERRORS: 'false',
    CONDA_REMOTE_MAX_RETRIES: '1',
  };
  const wrapper = join(directory, 'conda');
  await writeFile(wrapper, '#!/bin/sh\nexec python3 -m conda "$@"\n');
  await chmod(wrapper, 0o755);

  function runHere(...line: readonly string[]): Promise<Ran> {
    return run(line, { environment, directory });
  }

  function conda(...words: readonly string[]): Promise<Ran> {
    return runHere('python3', '-m', 'conda', ...words);
  }

  return {
    directory,
    conda,
    create: (channel, ...words) =>
      conda('create', '-y', '-n', 'env', '--override-channels', '-c', channel, ...words),
    async rattler({ environment: name = 'env', onlySolve, solveWithConfig, ...plan }) {
      const question = {
        ...plan,
        only_solve: onlySolve ?? false,
        solve_with_config: solveWithConfig ?? false,
        prefix: join(directory, 'envs', name),
        cache: join(directory, 'cache'),
      };
      const path = join(directory, 'rattler.json');
      await writeFile(path, JSON.stringify(question));
      const script = join(import.meta.dirname, 'rattler-create.py');
      return runHere('sh', '-c', 'exec python3 "$0" < "$1"', script, path);
    },
    condaLock: (...words) => runHere('python3', join(CLIENTS, 'bin/conda-lock'), ...words),
    shell: (script) => runHere('sh', '-c', script),
    program: (name, ...words) => runHere(join(directory, 'envs/env/bin', name), ...words),
    async clear() {
      for (const folder of FOLDERS) await rm(join(directory, folder), { recursive: true });
      await makeFolders(directory);
    },
    async installed(name = 'env') {
      const folder = join(directory, 'envs', name, 'conda-meta');
      const files = existsSync(folder) ? await readdir(folder) : [];
      return files
        .filter((file) => file.endsWith('.json'))
        .map((file) => file.slice(0, -'.json'.length))
        .toSorted();
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

const FOLDERS = ['tmp', 'cache', 'pkgs', 'envs'];

async function makeFolders(directory: string): Promise<void> {
  for (const folder of FOLDERS) await mkdir(join(directory, folder));
}
