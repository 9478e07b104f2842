import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { buildWheel, type FixtureWheel } from '../fixtures/wheels.ts';
import { findClient, openNotebook } from './clients.ts';
import { expectSuccess, expectWithin } from './expectations.ts';
import { policyFor } from './policy.ts';
import { type Ran, run } from './run.ts';
import { type Service, startService } from './service.ts';

const BANDERSNATCH = join(import.meta.dirname, '../../.clients/bandersnatch');
const isInstalled = existsSync(join(BANDERSNATCH, 'bandersnatch')) || process.env['CI'] === 'true';
if (!isInstalled) console.error('skipped: bandersnatch runs on no Python below 3.11');

const PLAIN = mitWheel({ name: 'Plain.Project', version: '1.0', requiresDist: ['needed'] });
const NEEDED = mitWheel({ name: 'needed', version: '1.0' });
const OLD = mitWheel({ name: 'ranged', version: '1.0' });
const NEW = mitWheel({ name: 'ranged', version: '2.0+local' });
const REFUSED = [
  buildWheel({ name: 'needed', version: '2.0', licenseExpression: 'GPL-3.0-only' }),
  mitWheel({ name: 'stranger', version: '1.0' }),
];
const MIRRORED = ['plain-project', 'needed', 'ranged'];

test.skipIf(!isInstalled)(
  'bandersnatch mirrors what is approved of three projects, and later what became approved',
  async () => {
    await using index = await startFakeIndex({ artifacts: [PLAIN, NEEDED, OLD, NEW, ...REFUSED] });
    const policy = policyFor(['plain-project', 'ranged <2']);
    await using service = await startService({ upstream: index.url, policy });

    expectSuccess(await mirror(service));
    expect(await mirroredFiles(service)).toEqual(contentsOf([PLAIN, NEEDED, OLD]));
    expect(await mirroredPages(service)).toEqual(MIRRORED.toSorted());

    await service.writePolicy(policyFor(['plain-project', 'ranged']));
    await expectWithin(10_000, () => isApproved(service, NEW));
    expectSuccess(await mirror(service));
    expect(await mirroredFiles(service)).toEqual(contentsOf([PLAIN, NEEDED, OLD, NEW]));

    const pip = findClient('pip');
    if (pip === undefined) throw new Error('pip runs on every machine');
    await using notebook = await openNotebook(pip, `file://${webOf(service)}/simple/`);
    expectSuccess(await notebook.install('plain-project', 'ranged'));
    expect(await notebook.installed()).toEqual({
      plain_project: '1.0',
      needed: '1.0',
      ranged: '2.0+local',
    });
  },
);

/** Only what is approved has its metadata on the page. */
async function isApproved(
  { indexUrl }: Service,
  { project, filename }: FixtureWheel,
): Promise<boolean> {
  const page = await fetch(`${indexUrl}${project}/`, { headers: { accept: 'text/html' } });
  const lines = (await page.text()).split('\n');
  return lines.some((line) => line.includes('data-core-metadata') && line.includes(filename));
}

async function mirror({ url, directory }: Service): Promise<Ran> {
  const settings = join(directory, 'bandersnatch.conf');
  await writeFile(
    settings,
    `[mirror]
directory = ${directory}/mirror
master = ${url}/pypi
api-method = simple
allow-non-https = true
json = true
simple-format = ALL
hash-index = false
release-files = true
timeout = 30
workers = 2
stop-on-error = true
verifiers = 2

[plugins]
enabled = allowlist_project

[allowlist]
packages =
${MIRRORED.map((project) => `    ${project}\n`).join('')}`,
  );
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    PYTHONPATH: BANDERSNATCH,
    PYTHONUTF8: '1',
  };
  return run(['python3', '-m', 'bandersnatch.main', '-c', settings, 'mirror'], {
    environment,
    directory,
  });
}

function webOf({ directory }: Service): string {
  return join(directory, 'mirror/web');
}

/** Bytes of all files that are mirrored, in hexadecimal and by name. */
async function mirroredFiles(service: Service): Promise<Readonly<Record<string, string>>> {
  const folder = join(webOf(service), 'packages');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => [name, await hexOf(join(parentPath, name))] as const);
  return Object.fromEntries(await Promise.all(files));
}

async function hexOf(path: string): Promise<string> {
  return (await readFile(path)).toString('hex');
}

function contentsOf(wheels: readonly FixtureWheel[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    wheels.map(({ filename, bytes }) => [filename, Buffer.from(bytes).toString('hex')]),
  );
}

async function mirroredPages(service: Service): Promise<readonly string[]> {
  const pages = await readdir(join(webOf(service), 'simple'), { withFileTypes: true });
  return pages
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}
