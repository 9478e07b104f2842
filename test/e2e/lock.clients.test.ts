import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { expectSuccess, expectWithin } from './expectations.ts';
import { LOCKERS, type Locker, openProject } from './lockers.ts';
import { policyFor } from './policy.ts';
import { type Service, startService } from './service.ts';

/** Each takes back its own. */
function goneOf({ folder }: Locker): string {
  return `gone-${folder.replaceAll('.', '-')}`;
}

const WHEELS = [
  mitWheel({ name: 'app', version: '1.0', requiresDist: ['lib >=1,<3'] }),
  mitWheel({ name: 'lib', version: '1.0' }),
  mitWheel({ name: 'lib', version: '2.0' }),
  mitWheel({ name: 'ranged', version: '1.0' }),
  mitWheel({ name: 'ranged', version: '3.0' }),
  mitWheel({ name: 'bar', version: '1.0' }),
  mitWheel({ name: 'bar', version: '2.0', requiresDist: ['ranged >=3'] }),
  mitWheel({ name: 'orphan', version: '1.0', requiresDist: ['ranged >=3'] }),
  mitWheel({ name: 'stranger', version: '1.0' }),
  ...LOCKERS.map((locker) => mitWheel({ name: goneOf(locker), version: '1.0' })),
];
const POLICY = policyFor(['app', 'ranged >=1,<3', 'bar', 'orphan', ...LOCKERS.map(goneOf)]);

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({ artifacts: WHEELS });
  service = await startService({ upstream: index.url, policy: POLICY });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

async function lockOf(locker: Locker, directory: string): Promise<string> {
  const text = await readFile(join(directory, locker.lockFile), 'utf8');
  // Only that it was written again may change.
  return text.replaceAll(/"?(?:generated|created_at|updated_at)"?\s*[:=].*\n/g, '');
}

describe.concurrent.for(LOCKERS)('$name', (locker) => {
  test('locks, installs what it locked, and locks the same again', async () => {
    await using project = await openProject(locker, { needs: ['app'], indexUrl: service.indexUrl });
    expectSuccess(await project.run(locker.lock));
    const lock = await lockOf(locker, project.directory);
    const digest = WHEELS.find(({ filename }) => filename.startsWith('lib-2.0'))?.sha256;
    expect(lock).toContain(`sha256:${digest}`);
    expectSuccess(await project.run(locker.install));
    expect(await project.installed()).toEqual(['app 1.0', 'lib 2.0']);
    expectSuccess(await project.run(locker.lock));
    expect(await lockOf(locker, project.directory)).toBe(lock);
    await using elsewhere = await openProject(locker, {
      needs: ['app'],
      indexUrl: service.indexUrl,
      lockOf: project,
    });
    expectSuccess(await elsewhere.run(locker.install));
    expect(await elsewhere.installed()).toEqual(['app 1.0', 'lib 2.0']);
  });

  test('installs nothing from an old lock that was revoked since, and prints why', async () => {
    const gone = goneOf(locker);
    const plan = { needs: [gone], indexUrl: service.indexUrl };
    await using project = await openProject(locker, plan);
    expectSuccess(await project.run(locker.lock));
    await revoke(gone);
    await using elsewhere = await openProject(locker, { ...plan, lockOf: project });
    const ran = await elsewhere.run(locker.install);
    expect(ran.status, ran.said).not.toBe(0);
    expect(unwrapped(ran.said)).toMatch(
      new RegExp(`${gone}1\\.0wasrevokedon.{1,60}:accounttakenover\\(revoked/release\\)`),
    );
    expect(await elsewhere.installed()).toEqual([]);
  });

  test('prints why a pinned version is refused', async () => {
    await using project = await openProject(locker, { needs: [], indexUrl: service.indexUrl });
    const ran = await project.run(
      locker.add(locker.name === 'poetry' ? 'ranged@3.0' : 'ranged==3.0'),
    );
    expect(ran.status, ran.said).not.toBe(0);
    expect(unwrapped(ran.said)).toContain(
      unwrapped('ranged 3.0 is out of range: packages.allow has ranged >=1,<3'),
    );
    expect(await project.installed()).toEqual([]);
  });

  test('says of a range that only refused versions meet what it can', async () => {
    await using project = await openProject(locker, { needs: [], indexUrl: service.indexUrl });
    const ran = await project.run(
      locker.add(locker.name === 'poetry' ? 'ranged@>=3' : 'ranged>=3'),
    );
    expect(ran.status, ran.said).not.toBe(0);
    const yanked = 'ranged==3.0 was yanked (reason: ranged 3.0 is out of range';
    const says = {
      uv: yanked,
      'uv 0.9.4': yanked,
      poetry: 'Could not find a matching version of package ranged',
      pdm: 'Unable to find a resolution',
      pipenv: 'No matching distribution found for ranged>=3',
    }[locker.name];
    expect(unwrapped(ran.said)).toContain(unwrapped(says));
  });

  test('takes an older version where the newest needs something refused', async () => {
    await using project = await openProject(locker, { needs: [], indexUrl: service.indexUrl });
    expectSuccess(await project.run(locker.add('bar')));
    expect(await project.installed()).toEqual(['bar 1.0']);
  });

  test.for([
    ['stranger', 'stranger 1.0 is not approved: packages.allow has no entry for it'],
    ['orphan', 'leaves out every version of ranged>=3'],
    ['nonesuch', 'nonesuch is not approved: upstream has no project nonesuch'],
  ] as const)('prints why nothing of %s is approved', async ([need, says]) => {
    await using project = await openProject(locker, { needs: [], indexUrl: service.indexUrl });
    const ran = await project.run(locker.add(need));
    expect(ran.status, ran.said).not.toBe(0);
    expect(unwrapped(ran.said)).toContain(unwrapped(says));
    expect(await project.installed()).toEqual([]);
  });
});

/** Some tools break lines inside words. */
function unwrapped(text: string): string {
  return text.replaceAll(/[\s│]+/g, '');
}

/** Takes its 1.0 back, and waits until the service has heard of it. */
async function revoke(project: string): Promise<void> {
  const words = ['revoke', `${project}==1.0`, '--reason', 'account taken over'];
  expectSuccess(await service.gatehouse(...words));
  await expectWithin(5000, async () => {
    const address = `${service.url}/why/pypi/${project}/1.0`;
    const answer = await fetch(address, { headers: { accept: 'application/json' } });
    return (await answer.text()).includes('revoked/release');
  });
}
