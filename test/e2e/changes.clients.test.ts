import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import type { FixtureWheel } from '../fixtures/wheels.ts';
import { CLIENTS, findClient, type Notebook, openNotebook, openNotebooks } from './clients.ts';
import { expectReason, expectRefusal, expectSuccess, expectWithin } from './expectations.ts';
import { policyFor } from './policy.ts';
import type { Ran } from './run.ts';
import { type Service, startService } from './service.ts';

const KEPT = mitWheel({ name: 'kept', version: '1.0', requiresDist: ['needed'] });
const NEEDED = mitWheel({ name: 'needed', version: '1.0' });
const DROPPED = mitWheel({ name: 'dropped', version: '1.0' });
const ADDED = mitWheel({ name: 'added', version: '1.0' });
const LONG = mitWheel({ name: 'long', version: '1.0', sizeBytes: 20_000_000 });
const POLICY = policyFor(['kept', 'dropped', 'long']);
const TIGHTER = policyFor(['kept', 'long']);
const WIDER = policyFor(['kept', 'dropped', 'added', 'long']);
const BROKEN = POLICY.replace('    - dropped', '    - dropped >=1,<');

const EFFECT_MS = 2000;
/** As pino numbers it. */
const ERROR_LEVEL = 50;

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({ artifacts: [KEPT, NEEDED, DROPPED, ADDED, LONG] });
});

afterAll(async () => {
  await index?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await index.stop();
  await index.start();
  service = await startService({ upstream: index.url, policy: POLICY });
  return () => service[Symbol.asyncDispose]();
});

function fileUrl({ project, sha256, filename }: FixtureWheel): string {
  return `${service.url}/pypi/files/${project}/${sha256}/${filename}`;
}

/** What the page and the address of an artifact say at one instant. */
async function answersOf(wheel: FixtureWheel): Promise<'served' | 'refused' | 'they disagree'> {
  const [page, file] = await Promise.all([
    fetch(`${service.indexUrl}${wheel.project}/`, { headers: { accept: 'text/html' } }),
    fetch(fileUrl(wheel), { method: 'HEAD' }),
  ]);
  // Only what is approved has its metadata on the page.
  const isListed = (await page.text()).includes('data-core-metadata');
  if (isListed && file.status === 200) return 'served';
  return !isListed && file.status === 403 ? 'refused' : 'they disagree';
}

interface Lock {
  readonly file: string;
  readonly text: string;
}

/** Files that name an artifact by its address here, for the clients that read them. */
async function locksOf(wheel: FixtureWheel): Promise<readonly Lock[]> {
  const requirement = `${wheel.project} @ ${fileUrl(wheel)}#sha256=${wheel.sha256}\n`;
  const uv = findClient('uv');
  if (uv === undefined) throw new Error('uv runs on every machine');
  await using author = await openNotebook(uv, service.indexUrl);
  await writeFile(join(author.directory, 'requirements.in'), `${wheel.project}\n`);
  const compiled = await author.run('pip', 'compile', '--format', 'pylock.toml', 'requirements.in');
  expectSuccess(compiled);
  expect(compiled.stdout).toContain(fileUrl(wheel));
  return [
    { file: 'requirements.txt', text: requirement },
    { file: 'pylock.toml', text: compiled.stdout },
  ];
}

function canRead(notebook: Notebook, { file }: Lock): boolean {
  return file !== 'pylock.toml' || notebook.client.name !== 'pip 22.0.4';
}

async function install(notebook: Notebook, { file, text }: Lock): Promise<Ran> {
  await rm(notebook.cache, { recursive: true, force: true });
  await writeFile(join(notebook.directory, file), text);
  return notebook.install('-r', file);
}

describe('a valid edit of the policy file', () => {
  test('that takes an approval away works within 2 s, on old lock files too', async () => {
    const locks = await locksOf(DROPPED);
    await using notebooks = await openNotebooks(CLIENTS, service.indexUrl);
    for (const notebook of notebooks.all) {
      for (const lock of locks.filter((known) => canRead(notebook, known))) {
        expectSuccess(await install(notebook, lock));
        expect(await notebook.installed()).toEqual({ dropped: '1.0' });
      }
    }
    await service.writePolicy(TIGHTER);
    await expectWithin(EFFECT_MS, async () => (await answersOf(DROPPED)) === 'refused');
    for (const notebook of notebooks.all) {
      for (const lock of locks.filter((known) => canRead(notebook, known))) {
        await expectRefusal(await install(notebook, lock), service.url, {
          project: 'dropped',
          version: '1.0',
          code: 'closure/not-needed',
          value: 'packages.allow has no entry for',
        });
      }
      expectSuccess(await notebook.install('kept'));
    }
  });

  // Nothing else happens there that would cause another seal.
  test('works within 2 s on a service that nobody uses', async () => {
    expect(await answersOf(DROPPED)).toBe('served');
    await service.writePolicy(TIGHTER);
    await expectWithin(EFFECT_MS, async () => (await answersOf(DROPPED)) === 'refused');
  });

  test('that approves more works within 2 s', async () => {
    expect(await answersOf(ADDED)).toBe('refused');
    await service.writePolicy(WIDER);
    await expectWithin(EFFECT_MS, async () => (await answersOf(ADDED)) === 'served');
    await using notebooks = await openNotebooks(CLIENTS, service.indexUrl);
    for (const notebook of notebooks.all) expectSuccess(await notebook.install('added'));
  });
});

test('an edit that is no policy keeps the old one in force, and says where it is wrong', async () => {
  const [line = 0] = BROKEN.split('\n').flatMap((text, at) =>
    text.includes('>=1,<') ? [at + 1] : [],
  );
  const place = new RegExp(`^policy\\.yaml:${line}:\\d+: `);
  const before = await service.readiness();
  expect(before.policyProblems).toEqual([]);
  await service.writePolicy(BROKEN);
  await expectWithin(EFFECT_MS, async () => (await service.readiness()).policyProblems.length > 0);
  const after = await service.readiness();
  expect(after).toMatchObject({ ready: true, policy: before.policy });
  expect(after.policyProblems).toEqual([expect.stringMatching(place)]);
  const told = service.log().filter(({ level }) => level === ERROR_LEVEL);
  expect(told).toEqual([expect.objectContaining({ problems: after.policyProblems })]);
  const checked = await service.gatehouse('check');
  expect(checked.status).toBe(1);
  expect(checked.stdout).toContain(`${after.policyProblems[0]}`);
  await using notebooks = await openNotebooks(CLIENTS, service.indexUrl);
  for (const notebook of notebooks.all) expectSuccess(await notebook.install('kept', 'dropped'));
  await service.writePolicy(TIGHTER);
  await expectWithin(EFFECT_MS, async () => (await answersOf(DROPPED)) === 'refused');
  expect((await service.readiness()).policyProblems).toEqual([]);
});

test.for([
  ['a release', 'needed==1.0', 'revoked/release'],
  ['bytes', NEEDED.sha256, 'revoked/bytes'],
] as const)(
  'revoking %s from another process works within 2 s, and after a restart',
  async ([, what, code]) => {
    await using notebooks = await openNotebooks(CLIENTS, service.indexUrl);
    for (const notebook of notebooks.all) expectSuccess(await notebook.install('kept'));
    expectSuccess(await service.gatehouse('revoke', what, '--reason', 'sends keys away'));
    await expectWithin(EFFECT_MS, async () => (await answersOf(NEEDED)) === 'refused');
    const sentence = { project: 'needed', version: '1.0', code, value: 'sends keys away' };
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      for (const notebook of notebooks.all) {
        await rm(notebook.cache, { recursive: true, force: true });
        await expectRefusal(await notebook.install('needed'), service.url, sentence);
        // What needs it is refused too, once the next catalogue is sealed.
        expect((await notebook.install('kept')).status).not.toBe(0);
      }
      await service.end(signal);
      await service.start();
    }
    expect(await answersOf(NEEDED)).toBe('refused');
    await expectReason(`${service.url}/why/pypi/needed/1.0`, code);
  },
);

test('after kill -9 everything installs again while upstream is away', async () => {
  await using before = await openNotebooks(CLIENTS, service.indexUrl);
  for (const notebook of before.all) expectSuccess(await notebook.install('kept'));
  await service.end('SIGKILL');
  await index.stop();
  const begun = performance.now();
  await service.start();
  expect(await answersOf(KEPT)).toBe('served');
  // It waits for nobody: a request that waited for upstream would take ten seconds.
  expect(performance.now() - begun).toBeLessThan(8000);
  await using after = await openNotebooks(CLIENTS, service.indexUrl);
  for (const notebook of after.all) {
    expectSuccess(await notebook.install('kept'));
    expect(await notebook.installed()).toEqual({ kept: '1.0', needed: '1.0' });
  }
});

describe.for(['SIGTERM', 'SIGINT'] as const)('%s ends the service within 5 s', (signal) => {
  test('while wheels come slowly from upstream, and the next start serves them', async () => {
    index.fault({ kind: 'drip', everyMs: 100, pieceBytes: 10_000, match: /long-1\.0-.*\.whl$/ });
    await using notebooks = await openNotebooks(CLIENTS, service.indexUrl, { PIP_RETRIES: '0' });
    const underWay = notebooks.all.map((notebook) => notebook.install('long'));
    const body = (await fetch(fileUrl(LONG))).body?.getReader();
    await body?.read();
    const { status, tookMs } = await service.end(signal);
    expect(status).toBe(0);
    expect(tookMs).toBeLessThan(5000);
    for (const ran of await Promise.all(underWay)) expect(ran.status, ran.said).not.toBe(0);
    for (const notebook of notebooks.all) expect(await notebook.installed()).toEqual({});
    index.clearFaults();
    await service.start();
    for (const notebook of notebooks.all) expectSuccess(await notebook.install('long'));
  });

  test('while a client does not read what it asked for', async () => {
    await (await fetch(fileUrl(LONG))).arrayBuffer();
    const unread = await fetch(fileUrl(LONG));
    expect(unread.status).toBe(200);
    const { status, tookMs } = await service.end(signal);
    expect(status).toBe(0);
    expect(tookMs).toBeLessThan(5000);
    await expect(unread.arrayBuffer()).rejects.toThrow('terminated');
  });
});
