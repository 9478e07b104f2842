import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import type { UpstreamArtifact } from '../../src/model/record.ts';
import { openCondaUpstream } from '../../src/upstream/conda.ts';
import { type Fields, pageOf } from './channel-fixture.ts';

const CLIENTS = join(import.meta.dirname, '../../.clients/conda');
const execute = promisify(execFile);
const hasTools = existsSync(join(CLIENTS, 'conda_index'));
if (!hasTools) console.warn('skipped: the tools for conda channels are not in .clients/conda');

async function makeChannel(indexer: string, root: string): Promise<string> {
  const folder = join(root, 'chan');
  const env = { ...process.env, HOME: root, PYTHONPATH: CLIENTS, PYTHONWARNINGS: 'ignore' };
  const script = join(import.meta.dirname, 'conda-channel.py');
  await execute('python3', [script, indexer, folder], { env });
  return folder;
}

async function readArtifacts(folder: string, root: string): Promise<readonly UpstreamArtifact[]> {
  await using upstream = await openCondaUpstream(
    { indexUrl: `${pathToFileURL(folder).href}/` },
    {
      subdirs: ['linux-64'],
      spool: join(root, 'spool'),
      report(error) {
        throw error;
      },
    },
  );
  const { artifacts, unreadable } = await pageOf(upstream);
  expect(unreadable).toEqual([]);
  for (const artifact of artifacts) {
    await using open = await upstream.openArtifact(artifact);
    const hash = createHash('sha256');
    for await (const chunk of open.body) hash.update(chunk);
    expect(hash.digest('hex')).toBe(artifact.sha256);
  }
  return artifacts;
}

test.skipIf(!hasTools).each(['conda-index', 'rattler'])(
  'a channel that %s made says the same in shards and flat, packed and not',
  async (indexer) => {
    const root = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
    try {
      const folder = await makeChannel(indexer, root);
      const flat = JSON.parse(await readFile(join(folder, 'linux-64', 'repodata.json'), 'utf8'));
      const forms = [await readArtifacts(folder, root)];
      for (const file of ['repodata_shards.msgpack.zst', 'repodata.json.zst']) {
        await rm(join(folder, 'noarch', file));
        await rm(join(folder, 'linux-64', file));
        forms.push(await readArtifacts(folder, root));
      }
      const [shards = [], packed = [], plain = []] = forms;
      expect(plain.map(({ filename }) => filename)).toEqual([
        'noarch/demo-1.0-h_0.tar.bz2',
        'linux-64/demo-1!2.0+local-h_0.tar.bz2',
        'linux-64/demo-3.0-h_0.tar.bz2',
        'linux-64/demo-3.0-h_0.conda',
      ]);
      expect(packed).toEqual(plain);
      expect(shards.map(parsed)).toEqual(plain.map(parsed));
      expect(parsed(plain.at(-1)).repodata).toEqual(flat['packages.conda']['demo-3.0-h_0.conda']);
      const hasTimes = plain.map(({ uploadTime }) => uploadTime !== undefined);
      expect(new Set(hasTimes)).toEqual(new Set([indexer === 'rattler']));
    } finally {
      await rm(root, { recursive: true });
    }
  },
);

/** With the record as data, without what only shards have (CEP 21). */
function parsed(artifact: UpstreamArtifact | undefined) {
  const record: Fields = JSON.parse(artifact?.repodata ?? '');
  const { run_exports: _, ...repodata } = record;
  return { ...artifact, repodata };
}
