import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  type Running,
  copyTree,
  isRunning,
  machineEnvironment,
  start,
  until,
} from './fixtures/setup-tree.ts';

const NPM_MAJORS = [9, 10, 11] as const;
// What people have in their environments, and what would leave out what is needed.
const HOSTILE = {
  NODE_ENV: 'production',
  npm_config_omit: 'optional',
  npm_config_ignore_scripts: 'true',
};

const canInstall = process.env['CI'] === 'true' || registryAnswers();
if (!canInstall) console.warn('skipped: the registry of npm does not answer');

const folders: string[] = [];
let npms = '';

beforeAll(async () => {
  if (!canInstall) return;
  npms = await mkdtemp(join(tmpdir(), 'gatehouse-npms-'));
  folders.push(npms);
  const names = NPM_MAJORS.map((major) => `npm${major}@npm:npm@${major}`);
  const settings = { cwd: npms, env: machineEnvironment() };
  execFileSync('npm', ['install', '--prefix', npms, '--no-audit', '--no-fund', ...names], settings);
  for (const major of NPM_MAJORS) {
    await mkdir(join(npms, `${major}`));
    const script = `#!/bin/sh\nexec node "${npms}/node_modules/npm${major}/bin/npm-cli.js" "$@"\n`;
    await writeFile(join(npms, `${major}/npm`), script, { mode: 0o755 });
  }
});

afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

function registryAnswers(): boolean {
  try {
    execFileSync('npm', ['ping', '--fetch-retries=0', '--fetch-timeout=5000'], {
      env: machineEnvironment(),
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

async function newTree(): Promise<string> {
  const tree = await copyTree();
  folders.push(tree);
  return tree;
}

function npmStart(major: number, tree: string): Running {
  const env = machineEnvironment();
  const path = [join(npms, `${major}`), env['PATH']].join(delimiter);
  return start([join(npms, `${major}/npm`), 'start'], {
    cwd: tree,
    env: { ...env, ...HOSTILE, PATH: path },
  });
}

interface Served {
  readonly node: string;
  readonly pid: number;
  readonly url: string;
}

/** The line with which the stand-in says that it serves. */
async function served({ child }: Running): Promise<Served> {
  if (child.stdout === null) throw new Error('no stdout');
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('{')) return JSON.parse(line) as Served;
  }
  throw new Error('it ended and never served');
}

describe.runIf(canInstall).each(NPM_MAJORS)('with npm %i', (major) => {
  test('a fresh clone starts on the pinned Node, whatever the environment, and a TERM ends all of it', async () => {
    const tree = await newTree();
    const running = npmStart(major, tree);
    const { node, pid, url } = await served(running);
    expect(Number(node.split('.')[0])).toBeGreaterThanOrEqual(26);
    expect(await (await fetch(url)).text()).toBe('served');
    // npm 9 keeps a TERM to itself while a script runs.
    process.kill(major === 9 ? pid : Number(running.child.pid), 'SIGTERM');
    await running.ended;
    await until('the server has ended', () => !isRunning(pid));
  });

  test('an install that was killed is repeated', async () => {
    const tree = await newTree();
    const first = npmStart(major, tree);
    await until('the install is under way', () => existsSync(join(tree, 'node_modules')), 60_000);
    process.kill(-Number(first.child.pid), 'SIGKILL');
    await first.ended;
    const second = npmStart(major, tree);
    const { pid } = await served(second);
    process.kill(pid, 'SIGTERM');
    expect(await second.ended).toBe(0);
  });
});

test.runIf(canInstall)(
  'the Python clients install beside a hostile environment of pip, without a warning',
  async () => {
    const tree = await newTree();
    const hostile = {
      PIP_TARGET: 'elsewhere',
      PIP_USER: '1',
      PIP_REQUIRE_VIRTUALENV: '1',
      PIP_NO_BINARY: ':all:',
    };
    const setup = start(['/bin/sh', 'scripts/setup', 'test'], {
      cwd: tree,
      env: { ...machineEnvironment(), ...hostile },
    });
    const output = await setup.output;
    expect(output).not.toMatch(/warning/i);
    expect(await setup.ended).toBe(0);
    const uv = start([join(tree, '.clients/uv/bin/uv'), '--version'], { cwd: tree, env: {} });
    expect(await uv.output).toMatch(/^uv \d/);
  },
);
