import { setImmediate } from 'node:timers/promises';

import { isGatehouseError } from '../../src/model/errors.ts';
import { openFileStore } from '../../src/store/file.ts';
import { objectKey, type ObjectStore } from '../../src/store/object-store.ts';

/**
 * One of several processes that race on a store: `node racing-writer.ts DIRECTORY NAME WRITERS MOVES`. Each of its
 * writers adds MOVES lines of its own to the pointer `race`; all put the same objects. Prints what it was told.
 */
const [directory = '', name = '', writers = '', moves = ''] = process.argv.slice(2);
const race = objectKey('race');

const store = await openFileStore(directory);
const created: string[] = [];
let unknown = 0;
await Promise.all(
  Array.from({ length: Number(writers) }, (_value, index) => write(store, `${name}${index}`)),
);
process.stdout.write(JSON.stringify({ created, unknown }));

async function write(to: ObjectStore, writer: string): Promise<void> {
  for (let move = 0; move < Number(moves); move++) {
    const object = objectKey('blobs', `${move}`);
    const outcome = await to.put(object, Buffer.from(writer.repeat(50_000)), {
      durability: move % 2 === 0 ? 'synced' : 'lazy',
    });
    if (outcome === 'created') created.push(`${object} ${writer}`);
    while (!(await addLine(to, `${writer}-${move}`))) await setImmediate();
  }
}

/** As the ledger does: after an unknown outcome it looks for its own line. */
async function addLine(to: ObjectStore, line: string): Promise<boolean> {
  const pointer = await to.readPointer(race);
  const lines = pointer === undefined ? [] : Buffer.from(pointer.content).toString().split('\n');
  if (lines.includes(line)) return true;
  try {
    const content = Buffer.from([...lines, line].join('\n'));
    return (await to.swapPointer(race, pointer?.version, content)).kind === 'swapped';
  } catch (error) {
    if (!isGatehouseError(error, 'store-unavailable')) throw error;
    unknown++;
    return false;
  }
}
