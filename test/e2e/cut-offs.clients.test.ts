import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { type Client, findClient, openNotebook } from './clients.ts';
import { expectRefusal, expectSuccess, type Sentence } from './expectations.ts';
import { type LockedProject, type Locker, LOCKERS, openProject } from './lockers.ts';
import { policyFor } from './policy.ts';
import type { Ran } from './run.ts';
import { type Service, startService } from './service.ts';

const TEN_DAYS_AGO = new Date(Date.now() - 10 * 86_400_000).toISOString();
const WHEELS = [
  { ...mitWheel({ name: 'frog', version: '1.0' }), uploadTime: '2021-06-01T12:00:00.000000Z' },
  { ...mitWheel({ name: 'frog', version: '2.0' }), uploadTime: TEN_DAYS_AGO },
  mitWheel({ name: 'ranged', version: '1.0' }),
  mitWheel({ name: 'ranged', version: '3.0' }),
];
const ALLOWED = ['frog', 'ranged <3'];
/** An index that gives no upload times can only be believed or not. */
const WITHOUT_TIMES = '{ pypi: { kind: pypi, min-age: 0d } }';

/** What a cut-off must not hide: the reasons for what nobody may install. */
const REFUSED: readonly { readonly ask: string; readonly sentence: Sentence }[] = [
  {
    ask: 'nonesuch',
    sentence: {
      project: 'nonesuch',
      code: 'closure/not-needed',
      value: 'upstream has no project nonesuch',
    },
  },
  {
    ask: 'ranged ==3.0',
    sentence: { project: 'ranged', version: '3.0', code: 'version/out-of-range', value: '<3' },
  },
];

let index: FakeIndex;
let timelessIndex: FakeIndex;
let service: Service;
let timeless: Service;

beforeAll(async () => {
  index = await startFakeIndex({ artifacts: WHEELS });
  timelessIndex = await startFakeIndex({ artifacts: WHEELS, uploadTime: false });
  service = await startService({ upstream: index.url, policy: policyFor(ALLOWED) });
  const policy = policyFor(ALLOWED, { sources: WITHOUT_TIMES });
  timeless = await startService({ upstream: timelessIndex.url, policy });
});

afterAll(async () => {
  await timeless?.[Symbol.asyncDispose]();
  await service?.[Symbol.asyncDispose]();
  await timelessIndex?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

interface Installer {
  readonly name: Client['name'];
  readonly words: readonly string[];
  /** Of an index that gives no upload times. */
  readonly withoutTimes: string;
}

const MISSING = 'frog-1.0-py3-none-any.whl is missing an upload date, but user provided: 2022-01-0';

const INSTALLERS: readonly Installer[] = [
  {
    name: 'pip',
    words: ['--uploaded-prior-to', '2022-01-01'],
    withoutTimes: '/frog/ does not provide upload-time metadata.',
  },
  { name: 'uv', words: ['--exclude-newer', '2022-01-01'], withoutTimes: MISSING },
  { name: 'uv', words: ['--exclude-newer-package', 'frog=2022-01-01'], withoutTimes: MISSING },
  { name: 'uv 0.9.4', words: ['--exclude-newer', '2022-01-01'], withoutTimes: MISSING },
];

describe.concurrent.for(INSTALLERS)('$name install $words', ({ name, words, withoutTimes }) => {
  const client = findClient(name);
  if (client === undefined) throw new Error(`${name} runs on every machine`);

  test('takes what upstream had by then', async () => {
    await using notebook = await openNotebook(client, service.indexUrl);
    expectSuccess(await notebook.install(...words, 'frog'));
    expect(await notebook.installed()).toEqual({ frog: '1.0' });
  });

  test.for(REFUSED)('still prints why $ask is refused', async ({ ask, sentence }) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    await expectRefusal(await notebook.install(...words, ask), service.url, sentence);
  });

  test('finds nothing at a source without upload times', async () => {
    await using notebook = await openNotebook(client, timeless.indexUrl);
    const ran = await notebook.install(...words, 'frog');
    expect(ran.status, ran.said).not.toBe(0);
    expect(ran.said.replaceAll('`', '')).toContain(withoutTimes);
  });
});

interface CutOff {
  readonly words?: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
  /** At the end of the project's own file. */
  readonly lines?: string;
  /** Of a source without upload times. */
  readonly withoutTimes: string;
}

const UV_CUT_OFF: CutOff = {
  settings: { UV_EXCLUDE_NEWER: '2022-01-01' },
  withoutTimes: MISSING,
};

/** How a cut-off is said to each. */
const CUT_OFFS: Readonly<Record<Locker['name'], CutOff>> = {
  uv: UV_CUT_OFF,
  'uv 0.9.4': UV_CUT_OFF,
  // What has no time is old enough for these two.
  poetry: { settings: { POETRY_SOLVER_MIN_RELEASE_AGE: '30' }, withoutTimes: 'locked frog 2.0' },
  pipenv: { lines: '[pipenv]\ncool-down-period = "30d"\n', withoutTimes: 'locked frog 2.0' },
  pdm: {
    words: ['--exclude-newer', '2022-01-01'],
    withoutTimes: 'Unable to find candidates for frog',
  },
};

describe.concurrent.for(LOCKERS)('$name lock', (locker) => {
  const { words = [], settings = {}, lines = '', withoutTimes } = CUT_OFFS[locker.name];
  const cutOff: Locker = {
    ...locker,
    settings: { ...locker.settings, ...settings },
    projectFile(needs, url) {
      const { name, text } = locker.projectFile(needs, url);
      return { name, text: `${text}${lines}` };
    },
  };

  async function lock(project: LockedProject): Promise<Ran> {
    return project.run([...locker.lock, ...words]);
  }

  test('takes what upstream had by then', async () => {
    const plan = { needs: ['frog'], indexUrl: service.indexUrl };
    await using project = await openProject(cutOff, plan);
    expectSuccess(await lock(project));
    expect(await lockedFrog(locker, project)).toBe('1.0');
  });

  test.for(REFUSED)('still prints why $ask is refused', async ({ ask, sentence }) => {
    await using project = await openProject(cutOff, { needs: [ask], indexUrl: service.indexUrl });
    await expectRefusal(await lock(project), service.url, sentence);
  });

  test('finds nothing at a source without upload times, or all', async () => {
    const plan = { needs: ['frog'], indexUrl: timeless.indexUrl };
    await using project = await openProject(cutOff, plan);
    const { status, said } = await lock(project);
    const outcome = status === 0 ? `locked frog ${await lockedFrog(locker, project)}` : said;
    expect(outcome.replaceAll('`', '')).toContain(withoutTimes);
  });
});

async function lockedFrog(
  { lockFile }: Locker,
  { directory }: LockedProject,
): Promise<string | undefined> {
  const text = await readFile(join(directory, lockFile), 'utf8');
  return /"?frog"?[^}]*?"?version"?(?: =|:) "(?:==)?([^"]+)"/.exec(text)?.[1];
}
