import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openFileStore } from '../src/store/file.ts';
import { openCondaHouse, repodata } from '../test/proxy/conda-house.ts';
import { namesOf, policyOf, versionsOf } from './conda-records.ts';
import { cpuSeconds, memoryOf } from './processes.ts';
import { watchTurns } from './turns.ts';

// What bench/conda.ts runs in a process of its own: a channel of 2,000 approved packages with 20 files each, from its
// first index to one where everything is judged again.
const names = namesOf(2000);
const files = names.flatMap((name) => versionsOf(name, 20));
const policy = policyOf(names);
const folder = '/conda/forge/linux-64';
const steps: Record<string, object> = {};
const directory = await mkdtemp(join(tmpdir(), 'gatehouse-bench-conda-'));
{
  await using store = await openFileStore(directory);
  await using house = await openCondaHouse(
    {
      'forge/noarch/repodata.json': repodata('noarch', []),
      'forge/linux-64/repodata.json': repodata('linux-64', files),
    },
    { policy, store },
  );
  await walked();
  await measure('first index of shards', 'repodata_shards.msgpack.zst');
  await measure('first `repodata.json`', 'repodata.json');
  await measure('first `repodata.json.zst`', 'repodata.json.zst');
  await house.activate(`${policy}# the same\n`);
  await walked();
  await measure('index of shards, all judged again', 'repodata_shards.msgpack.zst');

  async function walked(): Promise<void> {
    const { mirror } = house;
    while (!mirror.status().complete || mirror.status().progress.walking) await sleep(50);
  }

  async function measure(what: string, file: string): Promise<void> {
    const stop = await watchTurns();
    const before = cpuSeconds(process.pid);
    const { statusCode, rawPayload } = await house.get(`${folder}/${file}`);
    const cpu = cpuSeconds(process.pid) - before;
    if (statusCode !== 200) throw new Error(`${file}: ${statusCode}`);
    steps[what] = { cpuSeconds: cpu, bytes: rawPayload.length, ...(await stop()) };
  }
}
await rm(directory, { recursive: true });
process.stdout.write(`${JSON.stringify({ steps, rssMib: memoryOf(process.pid).peak })}\n`);
