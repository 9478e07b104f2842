import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What a program says; undefined if it is not there or fails. */
function ask(
  command: string,
  words: readonly string[],
  settings: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string | undefined {
  try {
    return execFileSync(command, words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      cwd: root,
      ...settings,
    }).trim();
  } catch {
    return undefined;
  }
}

function trackedTexts(): readonly { readonly path: string; readonly text: string }[] {
  const listed =
    ask('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])?.split('\0') ?? [];
  return listed
    .filter((path) => path !== '')
    .flatMap((path) => {
      const text = readText(path);
      return text === undefined || text.includes('\0') ? [] : [{ path, text }];
    });
}

/** Absent: deleted but still tracked, or a link to a folder. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

const PIP_HOSTS = `
from urllib.parse import urlsplit
from pip._internal.models.index import PyPI
print(urlsplit(PyPI.url).hostname, PyPI.file_storage_domain)
`;

/** Asked of the clients, so that no file needs to name them. */
function registryHosts(): readonly string[] {
  const pip = ask('python3', ['-c', PIP_HOSTS])?.split(' ') ?? [];
  const settings = Object.entries(process.env).filter(
    ([name]) => !name.toLowerCase().startsWith('npm_config_'),
  );
  const outside = { cwd: tmpdir(), env: Object.fromEntries(settings) };
  const nowhere = ['--userconfig=no-user-npmrc', '--globalconfig=no-global-npmrc'];
  const npm = ask('npm', ['config', 'get', 'registry', ...nowhere], outside);
  return [...pip, ...(npm !== undefined && URL.canParse(npm) ? [new URL(npm).hostname] : [])];
}

function filesThatName(words: readonly string[]): readonly string[] {
  return trackedTexts()
    .filter(({ text }) => words.some((word) => text.includes(word)))
    .map(({ path }) => path);
}

test('no file names the host of a registry: where packages come from is a setting', (context) => {
  const hosts = registryHosts().filter((host) => host.includes('.') && !/^[\d.]+$/.test(host));
  const missing = hosts.length < 3 || trackedTexts().length === 0;
  context.skip(missing, 'pip, npm or git is not there to be asked');
  expect(filesThatName(hosts)).toEqual([]);
});

test('no file names a folder of the machine that it was written on', (context) => {
  const common = ask('git', ['rev-parse', '--path-format=absolute', '--git-common-dir']);
  context.skip(common === undefined, 'not a git checkout');
  const checkout = dirname(common ?? root);
  const shared = new Set(['/', '/home', '/root', '/srv', '/opt', '/usr/src', homedir(), tmpdir()]);
  const above = [dirname(checkout), dirname(root)].filter((folder) => !shared.has(folder));
  const folders = [root, checkout, homedir(), ...above].map((folder) => `${folder}/`);
  const named = trackedTexts().filter(({ text }) =>
    folders.some((folder) => new RegExp(`(?<![\\w.])${RegExp.escape(folder)}`).test(text)),
  );
  expect(named.map(({ path }) => path)).toEqual([]);
});
