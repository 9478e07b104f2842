import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { isGatehouseError } from '../../src/model/errors.ts';
import { findPipSettings, type Run } from '../../src/upstream/pip-settings.ts';
import { openUpstream } from '../../src/upstream/upstream.ts';
import { project } from './loopback.ts';

const CLIENTS = join(import.meta.dirname, '../../.clients');
const execute = promisify(execFile);

function runWith(variables: Readonly<Record<string, string>>): Run {
  return async (command, ...parameters) => {
    const env = { ...process.env, ...variables };
    return execute(command, parameters, { env }).then(
      ({ stdout }) => stdout,
      () => undefined,
    );
  };
}

test.each(['pip-newest', 'pip-22.0.4'])('%s tells its settings', async (client) => {
  const clean = { PYTHONPATH: join(CLIENTS, client), PIP_CONFIG_FILE: '/dev/null' };
  const builtIn = await findPipSettings(runWith({ ...clean, PIP_CERT: '', PIP_FIND_LINKS: '' }));
  expect(builtIn).toEqual({ indexUrl: expect.stringMatching(/^https:\/\/.+\/$/), notices: [] });
  const configured = runWith({
    ...clean,
    PIP_INDEX_URL: 'https://me:se%40cret@index.test/simple',
    PIP_EXTRA_INDEX_URL: 'https://extra.test/',
    PIP_FIND_LINKS: '',
    PIP_CERT: '/company.pem',
    PIP_PROXY: 'proxy.test:3128',
  });
  expect(await findPipSettings(configured)).toEqual({
    indexUrl: 'https://index.test/simple/',
    credentials: { username: 'me', password: 'se@cret' },
    caFile: '/company.pem',
    proxy: { http: 'http://proxy.test:3128', https: 'http://proxy.test:3128' },
    notices: ["pip's extra-index-url is ignored: Gatehouse has one index."],
  });
});

test('the index that pip uses gives a page, and a wheel by ranges', async (context) => {
  await using upstream = await openUpstream(await findPipSettings());
  const answer = await upstream.fetchPage(project('six')).catch((error: unknown) => {
    if (!isGatehouseError(error, 'upstream-unavailable')) throw error;
    if (process.env['CI'] === 'true') throw error;
    console.log(`skipped: ${error.message}`);
    return context.skip(error.message);
  });
  if (answer.kind !== 'page') throw new Error(answer.kind);
  const wheel = answer.page.artifacts.findLast(({ filename }) => filename.endsWith('.whl'));
  if (wheel === undefined) throw new Error('no wheel of six');
  const ranges = await upstream.openRanges(wheel);
  const end = await ranges.read(ranges.sizeBytes - 22, 22);
  expect(Buffer.from(end.subarray(0, 4)).toString('latin1')).toBe('PK\u0005\u0006');
});
