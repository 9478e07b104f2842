import { describe, expect, test } from 'vitest';

import type { UpstreamPage } from '../../src/model/record.ts';
import type { ProjectName } from '../../src/model/subject.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { objectKey, type ObjectStore } from '../../src/store/object-store.ts';
import { openRecords } from '../../src/store/records.ts';
import { digest, filename, numpy, pypi } from './stored-names.ts';

const context = { source: pypi, project: numpy, etag: '"one"', now: 1000 };
const key = objectKey('records', 'pypi', 'numpy');

function page(...names: readonly string[]): UpstreamPage {
  const artifacts = names.map((name) => ({
    filename: filename(`${name}.whl`),
    url: `https://files.test/${name}`,
    sha256: digest('1'),
    sizeBytes: 5,
    uploadTime: '2026-01-01T00:00:00.000000Z',
    requiresPython: '>=3.9, <4',
    yanked: { reason: 'süß' },
    sidecar: { sha256: digest('2') },
    provenance: `https://index.test/integrity/${name}`,
  }));
  return {
    project: numpy,
    artifacts,
    unreadable: ['x'],
    status: { status: 'archived', reason: 'old' },
  };
}

async function blobCount(store: ObjectStore): Promise<number> {
  return (await Array.fromAsync(store.list(objectKey('blobs')))).length;
}

describe('stored records', () => {
  test('are absent until saved, and then what was saved', async () => {
    const store = openMemoryStore();
    const records = openRecords(store);
    expect(await records.read(pypi, numpy)).toBeUndefined();
    const saved = await records.save(page('a', 'b'), context);
    expect(await records.read(pypi, numpy)).toEqual(saved);
    expect(await openRecords(store).read(pypi, numpy)).toEqual(saved);
  });

  test('keep every field, of names that are gone and changed too', async () => {
    const records = openRecords(openMemoryStore());
    await records.save(page('a', 'b'), context);
    const [artifact] = page('a').artifacts;
    if (artifact === undefined) throw new Error('one artifact');
    const changed = { ...page(), artifacts: [{ ...artifact, sha256: digest('3') }] };
    const saved = await records.save(changed, { source: pypi, project: numpy, now: 2000 });
    expect(await records.read(pypi, numpy)).toEqual(saved);
    expect(saved.records.map((record) => [record.goneSince, record.mutation])).toEqual([
      [undefined, { sha256: digest('3'), seen: 2000 }],
      [2000, undefined],
    ]);
    expect(saved).not.toHaveProperty('etag');
  });

  test('make no new blob when upstream says the same again', async () => {
    const store = openMemoryStore();
    const records = openRecords(store);
    await records.save(page('a'), context);
    await records.save(page('a'), { ...context, etag: '"two"', now: 2000 });
    expect(await blobCount(store)).toBe(1);
    await records.save(page(), { ...context, now: 3000 });
    const gone = await records.save(page(), { ...context, now: 4000 });
    expect(await blobCount(store)).toBe(2);
    expect(gone).toMatchObject({ fetched: 4000, records: [{ goneSince: 3000 }] });
  });

  test('lose nothing when two answers are saved at the same time', async () => {
    const store = openMemoryStore();
    const answers = Array.from({ length: 20 }, (_value, index) => `artifact-${index}`);
    await Promise.all(
      answers.map(async (name, index) =>
        openRecords(store).save(page(name), { ...context, now: index }),
      ),
    );
    const records = await openRecords(store).read(pypi, numpy);
    expect(records?.records.map((record) => record.filename).toSorted()).toEqual(
      answers.map((name) => `${name}.whl`).toSorted(),
    );
    expect(records?.records.filter((record) => record.goneSince === undefined)).toHaveLength(1);
  });

  test('note that upstream confirmed the page with the etag', async () => {
    const records = openRecords(openMemoryStore());
    expect(await records.confirm(context)).toBeUndefined();
    const saved = await records.save(page('a'), context);
    const confirmed = await records.confirm({ ...context, now: 2000 });
    expect(confirmed).toEqual({ ...saved, fetched: 2000 });
    expect(await records.read(pypi, numpy)).toEqual(confirmed);
  });

  test('are not confirmed when another answer came meanwhile', async () => {
    const records = openRecords(openMemoryStore());
    const saved = await records.save(page('a'), { ...context, etag: '"two"' });
    expect(await records.confirm({ ...context, now: 2000 })).toEqual(saved);
    expect(await records.read(pypi, numpy)).toEqual(saved);
  });

  test('are listed, and one that is damaged does not hide the others', async () => {
    const store = openMemoryStore();
    const records = openRecords(store);
    const names = Array.from({ length: 40 }, (_value, index) => `project-${100 + index}`);
    for (const name of names) {
      await records.save({ ...page('a') }, { ...context, project: name as ProjectName });
    }
    await store.swapPointer(
      objectKey('records', 'pypi', 'project-105x'),
      undefined,
      Buffer.from('{'),
    );
    const listed = await Array.fromAsync(records.list());
    const expected = names.toSpliced(6, 0, 'damaged');
    expect(
      listed.map((each) => (each.kind === 'records' ? each.records.project : each.kind)),
    ).toEqual(expected);
    expect(listed[6]).toMatchObject({
      key: 'records/pypi/project-105x',
      error: { code: 'store-corrupt' },
    });
  });

  test.each([
    ['{"format":"gatehouse.records-pointer.v2","content":{}}', 'store-too-new'],
    ['{"format":"gatehouse.records.v1","content":{}}', 'store-corrupt'],
    ['{"format":"gatehouse.records-pointer.v1","content":{"fetched":1}}', 'store-corrupt'],
    [
      `{"format":"gatehouse.records-pointer.v1","content":{"content":"${'a'.repeat(64)}","fetched":1}}`,
      'store-corrupt',
    ],
    ['\u0000', 'store-corrupt'],
  ])('are refused when the pointer is %j', async (content, code) => {
    const store = openMemoryStore();
    await store.swapPointer(key, undefined, Buffer.from(content));
    const records = openRecords(store);
    await expect(records.read(pypi, numpy)).rejects.toMatchObject({ code });
    await expect(records.save(page('a'), context)).rejects.toMatchObject({ code });
    await expect(records.confirm(context)).rejects.toMatchObject({ code });
  });

  test('are refused when the pointer leads to another project’s', async () => {
    const store = openMemoryStore();
    await openRecords(store).save(page('a'), { ...context, project: 'other' as ProjectName });
    const other = await store.readPointer(objectKey('records', 'pypi', 'other'));
    await store.swapPointer(key, undefined, other?.content ?? new Uint8Array());
    await expect(openRecords(store).read(pypi, numpy)).rejects.toMatchObject({
      code: 'store-corrupt',
    });
  });

  test('are not stored with a name that could not be read back', async () => {
    const store = openMemoryStore();
    const answer = page('../a');
    await expect(openRecords(store).save(answer, context)).rejects.toMatchObject({
      code: 'wrong-use',
    });
    expect(await store.readPointer(key)).toBeUndefined();
  });

  test('have conda’s file names, in a subdir', async () => {
    const records = openRecords(openMemoryStore());
    const saved = await records.save(page('linux-64/numpy-2.0-py312_0.conda'), context);
    expect(await records.read(pypi, numpy)).toEqual(saved);
  });
});
