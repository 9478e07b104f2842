import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { ALL_CLIENTS, openNotebooks } from './clients.ts';
import { expectRefusal, expectWithin } from './expectations.ts';
import { LOCKERS, openProject } from './lockers.ts';
import { policyFor } from './policy.ts';
import type { Ran } from './run.ts';
import { type Service, startService } from './service.ts';

/** Else each waits several times over for an answer that stays the same. */
const NO_RETRIES = { PIP_RETRIES: '0', UV_HTTP_RETRIES: '0' };

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({ artifacts: [mitWheel({ name: 'late', version: '1.0' })] });
});

afterAll(async () => {
  await index?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  index.clearFaults();
  service = await startService({ upstream: index.url, policy: policyFor(['early']) });
  return () => service[Symbol.asyncDispose]();
});

/** Approves what upstream has not shown yet. */
async function approveLate(): Promise<void> {
  const { policy } = await service.readiness();
  await service.writePolicy(policyFor(['late']));
  await expectWithin(2000, async () => (await service.readiness()).policy !== policy);
}

interface Told {
  readonly name: string;
  readonly ran: Ran;
}

/** What each says when it is asked for the project, all at once. */
async function askEach(lockers = LOCKERS): Promise<readonly Told[]> {
  await using notebooks = await openNotebooks(ALL_CLIENTS, service.indexUrl, NO_RETRIES);
  const installs = notebooks.all.map(async (notebook) => ({
    name: notebook.client.name,
    ran: await notebook.install('late'),
  }));
  const locks = lockers.map(async (locker) => {
    const hasty = { ...locker, settings: { ...locker.settings, ...NO_RETRIES } };
    const plan = { needs: ['late'], indexUrl: service.indexUrl };
    await using project = await openProject(hasty, plan);
    return { name: `${locker.name} lock`, ran: await project.run(locker.lock) };
  });
  return await Promise.all([...installs, ...locks]);
}

test('what upstream does not answer for is refused, and every client says so', async () => {
  index.fault({ kind: 'status', status: 503, match: /late/ });
  await approveLate();
  await service.walked();
  for (const { ran } of await askEach()) {
    await expectRefusal(ran, service.url, {
      project: 'late',
      code: 'record/missing',
      value: 'upstream did not answer for it',
    });
  }
});

/** Of those that do not show the problem. poetry asks six times, whatever it is told: that takes over a minute. */
const NOT_READY: readonly (readonly [RegExp, string])[] = [
  [/^uv/, 'what this page shows is still being gathered; ask again in a few seconds'],
  [/^pip/, 'No matching distribution found for late'],
  [/^pdm/, 'Unable to find'],
];

test('what is still being gathered fails, and uv alone says why', async () => {
  index.fault({ kind: 'hang', match: /late/ });
  await approveLate();
  const told = await askEach(LOCKERS.filter(({ name }) => name !== 'poetry'));
  for (const { name, ran } of told) {
    const [, says = 'nothing'] = NOT_READY.find(([pattern]) => pattern.test(name)) ?? [];
    expect(ran.status, ran.said).not.toBe(0);
    // uv 0.9.4 draws a line along what it wraps.
    expect(ran.said.replaceAll(' │ ', ' '), name).toContain(says);
  }
});
