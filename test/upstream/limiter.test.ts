import { expect, test } from 'vitest';

import { createLimiter, type Limiter, type Priority } from '../../src/upstream/limiter.ts';

function recorder(limiter: Limiter) {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  async function run(name: string, priority: Priority, signal?: AbortSignal): Promise<string> {
    const end = Promise.withResolvers<void>();
    ends.set(name, end);
    const options = { priority, ...(signal && { signal }) };
    return limiter.run(async () => {
      begun.push(name);
      await end.promise;
      return name;
    }, options);
  }
  async function finish(name: string): Promise<void> {
    ends.get(name)?.resolve();
    await new Promise(setImmediate);
  }
  return { begun, run, finish };
}

test('so much work is under way at once, in the order asked for', async () => {
  const { begun, run, finish } = recorder(createLimiter(2));
  const all = ['a', 'b', 'c', 'd'].map(async (name) => run(name, 'background'));
  await finish('none');
  expect(begun).toEqual(['a', 'b']);
  await finish('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c', 'd']) await finish(name);
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
});

test('what somebody waits for overtakes the background that has not begun', async () => {
  const { begun, run, finish } = recorder(createLimiter(1));
  const all = [run('walk1', 'background'), run('walk2', 'background'), run('page', 'foreground')];
  await finish('walk1');
  await finish('page');
  await finish('walk2');
  await Promise.all(all);
  expect(begun).toEqual(['walk1', 'page', 'walk2']);
});

test('of four places two are never given to the background', async () => {
  const { begun, run, finish } = recorder(createLimiter(4));
  const walk = ['a', 'b', 'c'].map(async (name) => run(name, 'background'));
  const asked = ['x', 'y', 'z'].map(async (name) => run(name, 'foreground'));
  await finish('none');
  expect(begun).toEqual(['a', 'b', 'x', 'y']);
  for (const name of ['x', 'a', 'z', 'y', 'b', 'c']) await finish(name);
  await Promise.all([...walk, ...asked]);
  expect(begun).toEqual(['a', 'b', 'x', 'y', 'z', 'c']);
});

test('an abort takes waiting work out of the queue and leaves its place to others', async () => {
  const { begun, run, finish } = recorder(createLimiter(1));
  const leaver = new AbortController();
  const first = run('a', 'background');
  const left = run('b', 'foreground', leaver.signal);
  const last = run('c', 'background');
  leaver.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  await finish('a');
  await finish('c');
  await Promise.all([first, last]);
  expect(begun).toEqual(['a', 'c']);
});

test('work that fails gives its place back', async () => {
  const limiter = createLimiter(1);
  const options = { priority: 'foreground' } as const;
  const broken = limiter.run(async () => Promise.reject(new Error('broken')), options);
  const next = limiter.run(async () => 'next', options);
  await expect(broken).rejects.toThrow('broken');
  expect(await next).toBe('next');
  expect(await limiter.run(async () => 'idle again', options)).toBe('idle again');
});
