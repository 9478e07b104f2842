import { expect, test } from 'vitest';

import { coalesce } from '../../src/upstream/coalesce.ts';

function gated() {
  const started: AbortSignal[] = [];
  const gates: PromiseWithResolvers<string>[] = [];
  const ask = coalesce(async (_key: string, signal) => {
    const gate = Promise.withResolvers<string>();
    started.push(signal);
    gates.push(gate);
    return gate.promise;
  });
  return { ask, started, gates };
}

test('a hundred callers for one key are one flight, and all get its outcome', async () => {
  const { ask, started, gates } = gated();
  const answers = Array.from({ length: 100 }, async () => ask('a'));
  gates[0]?.resolve('done');
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['done']));
  expect(started).toHaveLength(1);
  expect(started[0]?.aborted).toBe(false);
});

test('other keys fly on their own, and nothing is kept after the outcome', async () => {
  const { ask, started, gates } = gated();
  const [first, other] = [ask('a'), ask('b')];
  gates[0]?.resolve('1');
  gates[1]?.resolve('2');
  expect([await first, await other]).toEqual(['1', '2']);
  const again = ask('a');
  gates[2]?.resolve('3');
  expect(await again).toBe('3');
  expect(started).toHaveLength(3);
});

test('keys are compared by what identifies them', async () => {
  let flights = 0;
  const ask = coalesce(
    async ({ id }: { readonly id: string }) => {
      flights += 1;
      return id;
    },
    ({ id }) => id,
  );
  expect(await Promise.all([ask({ id: 'a' }), ask({ id: 'a' })])).toEqual(['a', 'a']);
  expect(flights).toBe(1);
});

test('a caller that leaves gets its own reason, and the others their answer', async () => {
  const { ask, started, gates } = gated();
  const leaver = new AbortController();
  const left = ask('a', leaver.signal);
  const stays = ask('a');
  leaver.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect(started[0]?.aborted).toBe(false);
  gates[0]?.resolve('done');
  expect(await stays).toBe('done');
});

test('when the last caller has left, the work is aborted and the next one begins anew', async () => {
  const { ask, started, gates } = gated();
  const leavers = [new AbortController(), new AbortController()];
  const left = leavers.map(async ({ signal }) => ask('a', signal));
  for (const leaver of leavers) leaver.abort(new Error('gone'));
  expect((await Promise.allSettled(left)).map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
  ]);
  expect(started[0]?.aborted).toBe(true);
  const next = ask('a');
  gates[0]?.reject(new Error('late, and nobody hears it'));
  gates[1]?.resolve('new');
  expect(await next).toBe('new');
});

test('an error reaches every caller, thrown at once or later', async () => {
  const ask = coalesce((): Promise<string> => {
    throw new Error('broken');
  });
  const outcomes = await Promise.allSettled([ask('a'), ask('a')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('a signal that has aborted already begins nothing', async () => {
  const { ask, started } = gated();
  await expect(ask('a', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  expect(started).toHaveLength(0);
});
