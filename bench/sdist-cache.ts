import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { findArtifactName } from '../src/ecosystems/pypi/filenames.ts';
import { parseProjectName } from '../src/ecosystems/pypi/names.ts';
import { findPipSettings } from '../src/upstream/pip-settings.ts';
import { say } from './report.ts';
import { cacheFolder } from './wheel-cache.ts';

interface Page {
  readonly files: readonly {
    readonly filename: string;
    readonly url: string;
    readonly hashes?: { readonly sha256?: string };
  }[];
}

/**
 * The path of a source distribution (`six==1.17.0`), fetched once from the index that pip on this host uses. Not by pip
 * itself, which would run what is in it to learn its metadata.
 */
export async function fetchSdist(release: string): Promise<string> {
  const own = join(cacheFolder(), 'sdists', release.replace('==', '-'));
  if (!existsSync(own)) await download(release, own);
  const [file] = await readdir(own);
  if (file === undefined) throw new Error(`${own} is empty: delete it`);
  return join(own, file);
}

async function download(release: string, own: string): Promise<void> {
  say(`fetching the sdist of ${release}`);
  const [name = '', version = ''] = release.split('==');
  const project = parseProjectName(name);
  const { indexUrl } = await findPipSettings();
  const source = new URL(`${project}/`, indexUrl);
  const page: Page = JSON.parse(Buffer.from(await bytesOf(source)).toString());
  const found = page.files.find(({ filename }) => {
    const artifact = findArtifactName(filename, project);
    return artifact?.kind === 'sdist' && artifact.version.text === version;
  });
  if (found === undefined) throw new Error(`${release} has no sdist`);
  const bytes = await bytesOf(new URL(found.url, source));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== found.hashes?.sha256)
    throw new Error(`the sdist of ${release} has another sha256`);
  await mkdir(own, { recursive: true });
  await writeFile(join(own, found.filename), bytes);
}

async function bytesOf(url: URL): Promise<Uint8Array> {
  const answer = await fetch(url, {
    headers: { accept: 'application/vnd.pypi.simple.v1+json, */*' },
  });
  if (!answer.ok) throw new Error(`the index answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
