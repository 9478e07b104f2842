import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { expectRefusal } from './expectations.ts';
import { LOCKERS, openProject } from './lockers.ts';
import { policyFor } from './policy.ts';
import { type Service, startService } from './service.ts';

/** From the project's own folder: no policy decides about it. */
const OWN = mitWheel({ name: 'own', version: '1.0', requiresDist: ['ranged ==3.0'] });

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  const artifacts = ['1.0', '3.0'].map((version) => mitWheel({ name: 'ranged', version }));
  index = await startFakeIndex({ artifacts });
  service = await startService({ upstream: index.url, policy: policyFor(['ranged <3']) });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

describe.concurrent.for(LOCKERS)('$name', (locker) => {
  test('prints why a version that a wheel of its own pins is refused', async () => {
    await using project = await openProject(locker, { needs: [], indexUrl: service.indexUrl });
    await writeFile(join(project.directory, OWN.filename), OWN.bytes);
    await expectRefusal(await project.run(locker.add(`./${OWN.filename}`)), service.url, {
      project: 'ranged',
      version: '3.0',
      code: 'version/out-of-range',
      value: '<3',
    });
    expect(await project.installed()).toEqual([]);
  });

  // Which versions there are is unknown, so that the file that carries the reason has none of them.
  test('finds no such version of a project that upstream does not have', async () => {
    await using project = await openProject(locker, {
      needs: ['nonesuch ==1.0'],
      indexUrl: service.indexUrl,
    });
    const ran = await project.run(locker.lock);
    expect(ran.status, ran.said).not.toBe(0);
    const says = {
      uv: 'there is no version of nonesuch==1.0',
      'uv 0.9.4': 'there is no version of nonesuch==1.0',
      poetry: "depends on nonesuch (1.0) which doesn't match any versions",
      pdm: 'Unable to find a resolution for nonesuch',
      pipenv: 'No matching distribution found for nonesuch==1.0',
    }[locker.name];
    expect(ran.said.replaceAll(' │ ', ' ')).toContain(says);
  });
});
