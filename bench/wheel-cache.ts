import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { say } from './report.ts';

const PLATFORMS = ['_2_28', '_2_27', '_2_24', '_2_17', '2014', '_2_12', '2010', '_2_5', '1'];
const run = promisify(execFile);

/** Where what was fetched once is kept, outside the repository: `BENCH_CACHE`, or a folder in the temporary one. */
export function cacheFolder(): string {
  return process.env['BENCH_CACHE'] ?? join(tmpdir(), 'gatehouse-bench-cache');
}

/**
 * The path of a wheel (`numpy==2.4.0`) for Python 3.12 on x86_64, fetched once by this host's pip from the index that
 * it uses; throws what pip says.
 */
export async function fetchWheel(release: string): Promise<string> {
  const own = join(cacheFolder(), 'wheels', release.replace('==', '-'));
  if (!existsSync(own)) {
    say(`fetching ${release}`);
    await mkdir(own, { recursive: true });
    await download(release, own).catch(async (error: unknown) => {
      await rmdir(own);
      throw error;
    });
  }
  const [file] = await readdir(own);
  if (file === undefined) throw new Error(`${own} is empty: delete it`);
  return join(own, file);
}

async function download(release: string, folder: string): Promise<void> {
  const platforms = PLATFORMS.flatMap((name) => ['--platform', `manylinux${name}_x86_64`]);
  const abis = ['cp312', 'abi3', 'none'].flatMap((abi) => ['--abi', abi]);
  const place = ['--python-version', '3.12', '--implementation', 'cp', ...abis, ...platforms];
  const options = ['--quiet', '--no-deps', '--only-binary', ':all:', '-d', folder];
  await run('python3', ['-m', 'pip', 'download', ...options, ...place, release]);
}
