import { expect, test } from 'vitest';

import { sliceRepodata } from '../../../src/ecosystems/conda/repodata-slices.ts';
import { realRepodata } from '../../fixtures/conda-data.ts';
import { fuzzRepodata, SALT } from './repodata-fuzz.ts';

const SEED = Number(process.env['GATEHOUSE_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test.skipIf(realRepodata().length === 0)(
  'whatever of mutated real documents we accept, JSON.parse reads alike',
  async () => {
    const real = realRepodata().map(([, bytes]) => bytes);
    const small = real.filter(({ length }) => length < 50_000);
    const compact = small.map((bytes) => Buffer.from(JSON.stringify(JSON.parse(bytes.toString()))));
    const first = { seeds: [...small, ...compact], seed: SEED, mutants: 20_000 };
    const found = await fuzzRepodata(first);
    const large = await fuzzRepodata({ seeds: real, seed: SEED + 1, mutants: 500 });
    console.log(`repodata fuzz, seed ${SEED}: ${found.accepted} accepted`, [...found.reasons]);
    expect(found.differences.concat(large.differences).slice(0, 1)).toEqual([]);
    expect(found.accepted).toBeGreaterThan(1000);
  },
);

test('a document longer than any string is read in little memory', async () => {
  const record = `{"name":"a","depends":["${'b'.repeat(500)}"]}`;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"packages":{');
    for (let block = 0; block < 1100; block += 1) {
      const members = Array.from({ length: 1000 }, (_, at) => `"a-${block}-${at}":${record}`);
      yield Buffer.from(`${block === 0 ? '' : ','}${members.join(',')}`);
    }
    yield Buffer.from('}}');
  }
  const before = process.memoryUsage.rss();
  const reading = sliceRepodata(pieces(), { salt: SALT });
  let records = 0;
  let highest = 0;
  for await (const batch of reading.batches) {
    records += batch.records.length;
    highest = Math.max(highest, process.memoryUsage.rss());
  }
  expect(records).toBe(1_100_000);
  expect(reading.outline().totalBytes).toBeGreaterThan(536_870_888);
  expect((highest - before) / 1024 ** 2).toBeLessThan(200);
});
