import { describe, expect, test } from 'vitest';

import type { PageForm, PageVariant } from '../../src/proxy/negotiation.ts';
import { chooseVariant } from '../../src/proxy/negotiation.ts';
import { type Drawing, createPageCache } from '../../src/proxy/page-cache.ts';
import { notYet } from '../../src/proxy/problems.ts';

const PLAIN = variant('identity');
const GZIP = variant('gzip');

function variant(acceptEncoding: string): PageVariant {
  const found = chooseVariant({
    accept: 'application/vnd.pypi.simple.v1+json',
    acceptEncoding,
    format: undefined,
  });
  if (found === undefined) throw new Error('no such variant');
  return found;
}

function openCache(maxBytes = 1024 * 1024) {
  const world = {
    now: 0,
    generation: 1,
    size: 10,
    content: 'first',
    drawn: 0,
    written: 0,
    until: undefined as number | undefined,
    standing: 'policy',
  };
  const cache = createPageCache({
    maxBytes,
    clock: () => world.now,
    generation: () => world.generation,
    ledgerSize: () => world.size,
  });
  async function draw(): Promise<Drawing> {
    world.drawn += 1;
    const { content, until, standing } = world;
    return {
      standing,
      ...(until === undefined ? {} : { until }),
      render(form: PageForm, serial: number) {
        if (serial > 0) world.written += 1;
        return Buffer.from(`${form} ${serial} ${content}`);
      },
    };
  }
  async function get(name = 'foo', wanted = PLAIN) {
    const page = cache.find(name, wanted) ?? (await cache.get(name, wanted, () => draw()));
    if (!('body' in page)) throw new Error(page.detail);
    return page;
  }
  return { world, cache, draw, get };
}

function failing(): Promise<never> {
  return Promise.reject(new Error('away'));
}

describe('a page that is kept', () => {
  test('is found without asking while nothing changed', async () => {
    const { world, get } = openCache();
    const first = await get();
    world.now = 59_999;
    const second = await get();
    expect(second.body).toBe(first.body);
    expect(world).toMatchObject({ drawn: 1, written: 1 });
  });

  test('is asked for again each minute, since that is how the mirror knows that somebody wants it', async () => {
    const { world, get } = openCache();
    const first = await get();
    world.now = 60_000;
    expect((await get()).body).toBe(first.body);
    expect(world).toMatchObject({ drawn: 2, written: 1 });
  });

  test('keeps bytes, tag and serial over a change elsewhere', async () => {
    const { world, get } = openCache();
    const first = await get();
    Object.assign(world, { generation: 2, size: 90 });
    expect(await get()).toEqual({ ...first, highestSerial: '90' });
    expect(world).toMatchObject({ drawn: 2, written: 1 });
  });

  test('is another page with a higher serial when it changed, even if the ledger did not grow', async () => {
    const { world, get } = openCache();
    const first = await get();
    Object.assign(world, { generation: 2, content: 'second' });
    const second = await get();
    expect(second.body.toString()).toBe('json 11 second');
    expect(second.etag).not.toBe(first.etag);
    expect([first.serial, second.serial]).toEqual(['10', '11']);
    Object.assign(world, { generation: 3, content: 'third', size: 500 });
    expect((await get()).serial).toBe('500');
  });

  test('is not found from the instant at which it can change', async () => {
    const { world, get } = openCache();
    world.until = 5000;
    expect((await get()).until).toBe(5000);
    world.now = 4999;
    await get();
    expect(world.drawn).toBe(1);
    world.now = 5000;
    Object.assign(world, { content: 'second', until: undefined });
    expect((await get()).body.toString()).toContain('second');
  });

  test('has another serial when only that changed which it stands for', async () => {
    const { world, get } = openCache();
    const first = await get();
    Object.assign(world, { generation: 2, standing: 'another policy' });
    const second = await get();
    expect(second.body.toString()).toBe('json 11 first');
    expect(Number(second.serial)).toBeGreaterThan(Number(first.serial));
  });

  test('is never older than another by the serial that its readers compare', async () => {
    const { world, get } = openCache();
    await get('foo');
    Object.assign(world, { generation: 2, standing: 'another policy', size: 3 });
    const root = await get('root');
    Object.assign(world, { generation: 3, content: 'second' });
    const changed = await get('root');
    expect([root.serial, changed.serial]).toEqual(['3', '4']);
    expect(Number((await get('foo')).highestSerial)).toBeGreaterThanOrEqual(Number(changed.serial));
  });

  test('has one serial in all its forms', async () => {
    const { world, get } = openCache();
    await get('foo', PLAIN);
    world.size = 99;
    expect((await get('foo', GZIP)).serial).toBe('10');
  });
});

describe('many who ask at once', () => {
  test('cause one drawing', async () => {
    const { world, get } = openCache();
    const pages = await Promise.all(Array.from({ length: 50 }, () => get()));
    expect(new Set(pages.map(({ body }) => body)).size).toBe(1);
    expect(world).toMatchObject({ drawn: 1, written: 1 });
  });

  test('after a change never get a page that was drawn before it', async () => {
    const { world, cache, get, draw } = openCache();
    const gate = Promise.withResolvers<void>();
    const early = cache.get('foo', PLAIN, async () => {
      const drawing = await draw();
      await gate.promise;
      return drawing;
    });
    Object.assign(world, { generation: 2, content: 'second' });
    const late = get();
    gate.resolve();
    expect((await late).body.toString()).toContain('second');
    await early;
    expect((await get()).body.toString()).toContain('second');
  });

  test('all learn that drawing failed, and the next tries again', async () => {
    const { cache, get } = openCache();
    const both = await Promise.allSettled([
      cache.get('foo', PLAIN, failing),
      cache.get('foo', PLAIN, failing),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await get()).body.toString()).toContain('first');
  });

  test('are told to wait, and nothing of that is kept', async () => {
    const { cache, get } = openCache();
    const problem = notYet('ask again');
    expect(await cache.get('foo', PLAIN, async () => problem)).toBe(problem);
    expect((await get()).body.toString()).toContain('first');
  });
});

test('the least used page is dropped first when the bytes run out', async () => {
  const { world, cache, get } = openCache(40_000);
  world.content = 'x'.repeat(10_000);
  await get('one');
  await get('two');
  await get('three');
  expect(cache.find('one', PLAIN)).toBeDefined();
  await get('four');
  expect(
    ['one', 'two', 'three', 'four'].filter((name) => cache.find(name, PLAIN) !== undefined),
  ).toEqual(['one', 'three', 'four']);
});

test('a page larger than the cache is served and not kept', async () => {
  const { world, cache, get } = openCache(5000);
  world.content = 'x'.repeat(10_000);
  expect((await get()).body.length).toBeGreaterThan(10_000);
  expect(cache.find('foo', PLAIN)).toBeUndefined();
});
