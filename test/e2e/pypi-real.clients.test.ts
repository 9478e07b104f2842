import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { isGatehouseError } from '../../src/model/errors.ts';
import { findPipSettings } from '../../src/upstream/pip-settings.ts';
import { openUpstream } from '../../src/upstream/upstream.ts';
import { project } from '../upstream/loopback.ts';
import { CLIENTS, openNotebook } from './clients.ts';
import { expectRefusal, expectSuccess } from './expectations.ts';
import { policyFor } from './policy.ts';
import { type Service, startService } from './service.ts';

const POLICY = policyFor(['six', 'packaging >=24,<27', 'idna >=3', 'certifi'], {
  versions: 'keep: 1, min-age: 1d',
  licenses: ['Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'MIT', 'MPL-2.0'],
});

/** Whether the index that pip on this host uses answers at all; under CI it must. */
async function isReachable(): Promise<boolean> {
  await using upstream = await openUpstream(await findPipSettings());
  try {
    await upstream.fetchPage(project('six'));
    return true;
  } catch (error) {
    if (!isGatehouseError(error, 'upstream-unavailable') || process.env['CI'] === 'true')
      throw error;
    console.error(`skipped: ${error.message}`);
    return false;
  }
}

const isOnline = await isReachable();

describe.skipIf(!isOnline)('the index that pip uses', () => {
  let service: Service;

  beforeAll(async () => {
    service = await startService({ policy: POLICY });
  });

  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
  });

  test.for(CLIENTS)('gives real projects to $name', async (client) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    expectSuccess(await notebook.install('six', 'packaging', 'idna', 'certifi'));
    expect(Object.keys(await notebook.installed()).toSorted()).toEqual([
      'certifi',
      'idna',
      'packaging',
      'six',
    ]);
  });

  test.for(CLIENTS)('has a project of which $name reads why it is refused', async (client) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    await expectRefusal(await notebook.install('colorama==0.4.6'), service.url, {
      project: 'colorama',
      version: '0.4.6',
      code: 'closure/not-needed',
      value: 'packages.allow has no entry for it',
    });
  });
});
