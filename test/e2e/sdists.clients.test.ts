import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { makeSdist, type SdistPlan } from '../fixtures/sdists.ts';
import { CLIENTS, openNotebook } from './clients.ts';
import { expectRefusal, expectSuccess } from './expectations.ts';
import { policyFor } from './policy.ts';
import { type Service, startService } from './service.ts';

const ALLOWED = 'keep: 5, formats: { sdist: allow }';
const KNOWN = `content: { known: [{ rule: build, packages: [pure-thing], reason: read }] }\n`;
const POLICY = policyFor(['pure-thing', 'loose', 'torn', 'unread'], { versions: ALLOWED });

const PURE = makeSdist({
  name: 'Pure.Thing',
  version: '1.0',
  lines: ['Requires-Dist: lib-x >=1'],
});
const LOOSE: SdistPlan = { name: 'loose', version: '1.0', lines: ['Dynamic: Requires-Dist'] };
const TORN: SdistPlan = { name: 'torn', version: '1.0', more: [{ name: '../evil' }] };
const SDISTS = [PURE, ...[LOOSE, TORN, { name: 'unread', version: '1.0' }].map(makeSdist)];

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({
    artifacts: [mitWheel({ name: 'lib-x', version: '1.5' }), ...SDISTS],
  });
  service = await startService({ upstream: index.url, policy: `${POLICY}${KNOWN}` });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

describe.for(CLIENTS)('$name', (client) => {
  test('installs a source distribution that a person has looked at, and what it needs', async () => {
    await using notebook = await openNotebook(client, service.indexUrl);
    expectSuccess(await notebook.install('pure-thing'));
    expect(await notebook.installed()).toMatchObject({ lib_x: '1.5' });
    const built = await readFile(join(notebook.directory, 'target/Pure.Thing.py'), 'utf8');
    expect(built).toBe('built = True\n');
  });

  test.for([
    { project: 'unread', code: 'build/code', value: 'runs code while it is installed' },
    { project: 'loose', code: 'dependency/dynamic', value: 'has unknown requirements' },
    { project: 'torn', code: 'archive/refused', value: 'name-unsafe' },
  ])('is told why $project is refused: $code', async (sentence) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    const ran = await notebook.install(sentence.project);
    await expectRefusal(ran, service.url, { ...sentence, version: '1.0' });
  });
});

test('by default no source distribution is served', async () => {
  const policy = policyFor(['pure-thing']);
  await using strict = await startService({ upstream: index.url, policy });
  const [client] = CLIENTS;
  if (client === undefined) throw new Error('a client runs on every machine');
  index.forgetRequests();
  await using notebook = await openNotebook(client, strict.indexUrl);
  await expectRefusal(await notebook.install('pure-thing'), strict.url, {
    project: 'pure-thing',
    version: '1.0',
    code: 'format/denied',
    value: 'versions.formats.sdist is deny',
  });
  expect(index.countOf(/\.tar\.gz$/)).toBe(0);
});
