import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run } from './processes.ts';

const ROOT = join(import.meta.dirname, '..');
const UV = join(ROOT, '.clients/uv/bin/uv');
const PIP = join(ROOT, '.clients/pip-newest');

/** In memory where that is: thousands of small files on a disk take longer, and vary more, than all that is measured. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Where a client finds artifacts: an index, or a folder that holds them. */
export type Place = { readonly indexUrl: string } | { readonly folder: string };

export interface Client {
  readonly name: string;
  /** Gets the requirements from a place, without a cache of its own; gives the seconds that it took. */
  get(place: Place, requirements: readonly string[]): Promise<number>;
}

/** `uv pip install` into an empty folder, and `pip download` into one. */
export const CLIENTS: readonly Client[] = [
  {
    name: 'uv pip install',
    get: (place, requirements) => inFolder((to) => uvInstall(place, requirements, to)),
  },
  {
    name: 'pip download',
    get: (place, requirements) => inFolder((to) => pipDownload(place, requirements, to)),
  },
];

async function uvInstall(
  place: Place,
  requirements: readonly string[],
  to: string,
): Promise<number> {
  const from =
    'folder' in place
      ? ['--no-index', '--find-links', place.folder]
      : ['--default-index', place.indexUrl];
  const options = [
    '--no-cache',
    '--no-config',
    '--no-build',
    '--target',
    to,
    '--python',
    'python3',
  ];
  const { seconds } = await run(UV, ['pip', 'install', ...options, ...from, ...requirements], {
    PATH: process.env['PATH'],
    TMPDIR: SCRATCH,
    ...certificates(),
  });
  return seconds;
}

/** Downloads wheels into a folder. */
export async function pipDownload(
  place: Place,
  requirements: readonly string[],
  to: string,
): Promise<number> {
  const from =
    'folder' in place
      ? ['--no-index', '--find-links', place.folder]
      : ['--index-url', place.indexUrl];
  const options = [
    '--isolated',
    '--no-cache-dir',
    '--only-binary',
    ':all:',
    '--disable-pip-version-check',
    '--dest',
    to,
  ];
  const { REQUESTS_CA_BUNDLE, SSL_CERT_FILE } = certificates();
  const trusted = SSL_CERT_FILE === undefined ? [] : ['--cert', SSL_CERT_FILE];
  const { seconds } = await run(
    'python3',
    ['-m', 'pip', 'download', ...options, ...trusted, ...from, ...requirements],
    {
      PATH: process.env['PATH'],
      PYTHONPATH: PIP,
      REQUESTS_CA_BUNDLE,
    },
  );
  return seconds;
}

/** The certificates that pip on this host trusts, for clients that are run without its settings. */
function certificates() {
  const bundle = process.env['PIP_CERT'] ?? process.env['SSL_CERT_FILE'];
  return bundle === undefined ? {} : { SSL_CERT_FILE: bundle, REQUESTS_CA_BUNDLE: bundle };
}

async function inFolder(work: (folder: string) => Promise<number>): Promise<number> {
  const folder = await mkdtemp(join(SCRATCH, 'gatehouse-bench-client-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
