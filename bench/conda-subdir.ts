import { randomFillSync } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

import { say } from './report.ts';

type Sample = readonly (readonly [string, Record<string, unknown>])[];

/** A `repodata.json` as large as a subdir: real records again and again, each with a build and hashes of its own. */
export async function largeSubdir(
  folder: string,
  sampleFile: string,
  records: number,
): Promise<string> {
  const path = join(folder, `conda-subdir-${records}.json`);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  say(`writing ${records} records`);
  const { packages, 'packages.conda': conda } = JSON.parse(readFileSync(sampleFile, 'utf8'));
  const file = createWriteStream(`${path}.part`);
  const flat = Math.floor(records / 10);
  file.write('{"info":{"subdir":"linux-64"},"packages":{');
  await writeRecords(file, Object.entries(packages), { records: flat, from: 0 });
  file.write('},"packages.conda":{');
  const rest = { records: records - flat, from: flat };
  await writeRecords(file, Object.entries(conda), rest);
  file.end('},"removed":[],"repodata_version":1}');
  await finished(file);
  await rename(`${path}.part`, path);
  say(`${path}: ${(await stat(path)).size} bytes`);
  return path;
}

async function writeRecords(
  file: NodeJS.WritableStream,
  sample: Sample,
  { records, from }: { readonly records: number; readonly from: number },
): Promise<void> {
  for (let index = 0; index < records; index += 1) {
    const [key, record] = sample[index % sample.length] ?? ['', {}];
    const build = `${String(record['build'])}_${from + index}`;
    const extension = key.endsWith('.conda') ? '.conda' : '.tar.bz2';
    const filename = `${String(record['name'])}-${String(record['version'])}-${build}${extension}`;
    const own = { ...record, build, md5: hex(16), sha256: hex(32) };
    const comma = index === 0 ? '' : ',';
    if (!file.write(`${comma}${JSON.stringify(filename)}:${JSON.stringify(own)}`)) {
      await new Promise((resolve) => file.once('drain', resolve));
    }
  }
}

function hex(bytes: number): string {
  return randomFillSync(Buffer.alloc(bytes)).toString('hex');
}
