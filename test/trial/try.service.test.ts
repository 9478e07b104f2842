import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { policyFor } from '../e2e/policy.ts';
import { type Service, startService } from '../e2e/service.ts';
import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { findSandbox, HOST } from './sandboxes.ts';

const sandbox = await findSandbox();
if (typeof sandbox === 'string') process.stderr.write(`skipped, gatehouse try: ${sandbox}\n`);
const python = typeof sandbox === 'string' ? '3.11' : sandbox.interpreter.python;

const POLICY = `${policyFor(['app', 'lonely', 'hooked', 'lib'])}content: { startup: allow }
`.replace(/python: \[.*?\]/, `python: ["${python}"]`);

const LIB = mitWheel({ name: 'lib', version: '1.5' });

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  const needsLib = { 'app/__init__.py': 'import lib\nassert lib.__version__ == "1.5"\n' };
  const pth = { 'hooked.pth': 'import os; os.mkdir("/tmp/pwned")\n' };
  index = await startFakeIndex({
    artifacts: [
      mitWheel({
        name: 'app',
        version: '1.0',
        requiresDist: ['lib', 'other'],
        extraMembers: needsLib,
      }),
      // What it needs shuts out the newest of another need.
      mitWheel({ name: 'other', version: '1.0', requiresDist: ['lib <2'] }),
      LIB,
      mitWheel({ name: 'lib', version: '2.0' }),
      mitWheel({ name: 'lonely', version: '1.0', requiresDist: ['lib >2'] }),
      mitWheel({ name: 'hooked', version: '1.0', extraMembers: pth }),
    ],
  });
  service = await startService({
    upstream: index.url,
    policy: POLICY,
    settings: { PATH: HOST.path },
  });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

describe.skipIf(typeof sandbox === 'string')('gatehouse try', () => {
  test('tries an approved wheel with its approved closure', async () => {
    const ran = await service.gatehouse('try', 'app==1.0');
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.stdout).toMatch(/^app-1\.0-py3-none-any\.whl on Python 3\.\S+: nothing was seen\n$/);
    expect(ran.stderr).toContain('installing 3 wheels');
  });

  test('says what a wheel did, for programs too, and ends with 1', async () => {
    const ran = await service.gatehouse('try', 'hooked==1.0', '--json');
    expect(ran).toMatchObject({ status: 1 });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      kind: 'tried',
      filename: 'hooked-1.0-py3-none-any.whl',
      fact: { wrote: ['os.mkdir: /tmp/pwned'], closure: [] },
    });
  });

  test('does not try what is not approved, and says why', async () => {
    const ran = await service.gatehouse('try', 'lonely==1.0');
    expect(ran).toMatchObject({ status: 1 });
    expect(ran.stdout).toMatch(/^not tried\n {2}closure\/unmet\n/);
  });

  test('admits nothing', async () => {
    const ran = await service.gatehouse('explain', 'app==1.0', '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({ artifacts: [{ admitted: false }] });
  });
});

describe.skipIf(typeof sandbox === 'string')('with content.install-probe', () => {
  test('a wheel waits for its trial, which the service has made, and is served then', async () => {
    const { policy } = await service.readiness();
    await service.writePolicy(
      POLICY.replace('startup: allow', 'startup: allow, install-probe: review'),
    );
    // What is asked for before it is in force would be admitted.
    await vi.waitFor(async () => {
      const now = await service.readiness();
      expect(now.complete && now.policy !== policy).toBe(true);
    }, WAIT);
    await vi.waitFor(async () => {
      const file = await fetch(fileOf('lib-1.5'));
      expect(file.status).toBe(403);
      expect(await file.text()).toContain('trial/missing');
    }, WAIT);
    await vi.waitFor(async () => {
      const file = await fetch(fileOf('lib-1.5'));
      expect(file.status).toBe(200);
    }, WAIT);
  });
});

const WAIT = { timeout: 75_000, interval: 500 };

/** The address of a wheel, whether or not its page lists it. */
function fileOf(stem: string): string {
  const { sha256 } = LIB;
  return `${service.url}/pypi/files/lib/${sha256}/${stem}-py3-none-any.whl`;
}

test('a Python that the host lacks is named, and nothing is downloaded', async () => {
  const ran = await service.gatehouse('try', 'app==1.0', '--interpreter', '/nowhere/python');
  expect(ran).toMatchObject({ status: 3, stdout: '' });
  expect(ran.stderr).toContain(`this host has no Python ${python} with pip at /nowhere/python`);
});
