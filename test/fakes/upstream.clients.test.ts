import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { buildWheel } from '../fixtures/wheels.ts';
import { startFakeIndex } from './upstream.ts';

const run = promisify(execFile);
const CLIENTS = join(import.meta.dirname, '../../.clients');
const INSTALL = ['--no-cache-dir', '--only-binary', ':all:', 'some-app[fast]'];

const CLIENT_LINES: Readonly<Record<string, readonly string[]>> = {
  'pip-newest': ['python3', '-m', 'pip', '--isolated', 'install', ...INSTALL],
  'pip-22.0.4': ['python3', '-m', 'pip', '--isolated', 'install', ...INSTALL],
  uv: [
    join(CLIENTS, 'uv/bin/uv'),
    'pip',
    'install',
    '--no-config',
    '--python',
    'python3',
    ...INSTALL,
  ],
};

test.for(
  Object.keys(CLIENT_LINES).flatMap((client) => [
    [client, 'both'] as const,
    [client, 'html'] as const,
  ]),
)(
  '%s installs wheels of ours, with an extra and its dependency, from a %s index',
  async ([client, form]) => {
    const target = await mkdtemp(join(tmpdir(), 'gatehouse-fake-'));
    await using index = await startFakeIndex({
      form,
      separateFileHost: form === 'html',
      artifacts: [
        buildWheel({
          name: 'Some.App',
          version: '1.0+cu12',
          providesExtra: ['fast'],
          requiresDist: ["lib-x>=2; extra == 'fast'"],
        }),
        buildWheel({ name: 'lib_x', version: '1.0' }),
        buildWheel({ name: 'lib_x', version: '2.0', requiresPython: '>=3.8', sizeBytes: 200_000 }),
        buildWheel({ name: 'lib_x', version: '3.0', requiresPython: '>=4' }),
      ],
    });
    try {
      const [command = '', ...line] = CLIENT_LINES[client] ?? [];
      await run(command, [...line, '--index-url', index.url, '--target', target], {
        env: {
          PATH: process.env['PATH'],
          HOME: target,
          PYTHONPATH: join(CLIENTS, client),
          PYTHONDONTWRITEBYTECODE: '1',
        },
      });
      expect(await readFile(join(target, 'some_app/__init__.py'), 'utf8')).toBe(
        '__version__ = "1.0+cu12"\n',
      );
      expect(await readFile(join(target, 'lib_x/__init__.py'), 'utf8')).toBe(
        '__version__ = "2.0"\n',
      );
    } finally {
      await rm(target, { recursive: true, force: true });
    }
  },
);
