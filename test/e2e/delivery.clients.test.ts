import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Fault } from '../fakes/faults.ts';
import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { CLIENTS, type Notebook, openNotebook, openNotebooks } from './clients.ts';
import { expectRefusal, expectSuccess, expectWithin } from './expectations.ts';
import { policyFor } from './policy.ts';
import type { Ran } from './run.ts';
import { type Service, startService } from './service.ts';

const SIZE_BYTES = 20_000_000;
/** What may never leave before the admission stands. */
const LAST_BYTES = 64 * 1024;

interface Spoilt {
  readonly what: string;
  readonly project: string;
  readonly fault: Fault;
}

const SPOILT: readonly Spoilt[] = [
  {
    what: 'a bit flipped in its first megabyte',
    project: 'flipped-first',
    fault: { kind: 'flip-bit-first-mb' },
  },
  {
    what: 'a bit flipped in its last megabyte',
    project: 'flipped-last',
    fault: { kind: 'flip-bit-last-mb' },
  },
  {
    what: 'its end cut off',
    project: 'cut',
    fault: { kind: 'cut', afterBytes: SIZE_BYTES - 100_000 },
  },
  {
    what: 'a length announced that is too large',
    project: 'announced-long',
    fault: { kind: 'wrong-length', differenceBytes: 1000 },
  },
  {
    what: 'a length announced that is too small',
    project: 'announced-short',
    fault: { kind: 'wrong-length', differenceBytes: -1000 },
  },
];

function heavy(name: string) {
  return mitWheel({ name, version: '1.0', sizeBytes: SIZE_BYTES });
}

function fileOf(project: string): RegExp {
  return new RegExp(`^GET .*/${project.replaceAll('-', '_')}-1\\.0-py3-none-any\\.whl$`);
}

/** Its sidecar says other things than the METADATA in it. */
function liar(project: string) {
  const other = mitWheel({ name: project, version: '1.0', requiresPython: '>=3.5' });
  return { ...heavy(project), metadata: other.metadata };
}

const LIARS = CLIENTS.map((_, index) => `liar-${index}`);
const ONCE_CUT = CLIENTS.map((_, index) => `once-cut-${index}`);
const BARE = ['bare-head', 'bare-range', 'bare-spoilt', 'bare-left'];
const PROJECTS = [...SPOILT.map(({ project }) => project), ...ONCE_CUT, ...BARE];

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({ artifacts: [...PROJECTS.map(heavy), ...LIARS.map(liar)] });
  service = await startService({
    upstream: index.url,
    policy: policyFor([...PROJECTS, ...LIARS]),
  });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

/** Nothing is installed, and nothing that is kept could ever be. */
async function expectNothingUsable(notebook: Notebook, ran: Ran): Promise<void> {
  expect(ran.status, ran.said).not.toBe(0);
  expect(await notebook.installed()).toEqual({});
  expect(await notebook.leftovers(SIZE_BYTES - LAST_BYTES)).toEqual([]);
}

/** Fewer tries than clients make by themselves, which only take longer to fail in the same way. */
const FEW_TRIES = { PIP_RETRIES: '1', PIP_RESUME_RETRIES: '1', UV_HTTP_RETRIES: '0' };
const ONE_TRY = { PIP_RETRIES: '0', PIP_RESUME_RETRIES: '0', UV_HTTP_RETRIES: '0' };

describe.for(SPOILT)('a wheel with $what', ({ project, fault }) => {
  test('leaves nothing with any client, and installs once upstream is well', async () => {
    await using notebooks = await openNotebooks(CLIENTS, service.indexUrl, FEW_TRIES);
    index.fault({ match: fileOf(project), ...fault });
    for (const notebook of notebooks.all) {
      await expectNothingUsable(notebook, await notebook.install(project));
    }
    index.clearFaults();
    for (const notebook of notebooks.all) expectSuccess(await notebook.install(project));
  });
});

describe.for(CLIENTS.map((client, position) => ({ client, position })))(
  '$client.name',
  ({ client, position }) => {
    test('keeps nothing of a wheel that is refused at its end, and reads why', async () => {
      const project = LIARS[position] ?? '';
      const sentence = {
        project,
        version: '1.0',
        code: 'hash/metadata-mismatch',
        value: 'sidecar',
      };
      await using notebook = await openNotebook(client, service.indexUrl);
      const first = await notebook.install(project);
      await expectNothingUsable(notebook, first);
      // Both ask for the rest at once, and are told why there is none. The old pip gives up at the cut.
      if (client.name !== 'pip 22.0.4') await expectRefusal(first, service.url, sentence);
      await expectRefusal(await notebook.install(project), service.url, sentence);
    });

    test('gets a wheel that upstream cut once', async () => {
      const project = ONCE_CUT[position] ?? '';
      const match = fileOf(project);
      index.fault({ kind: 'cut', afterBytes: SIZE_BYTES - 100_000, match, times: 1 });
      await using notebook = await openNotebook(client, service.indexUrl);
      // Cut before anything was sent: the answer says so, and even old clients ask again.
      expectSuccess(await notebook.install(project));
      expect(await notebook.installed()).toEqual({ [project.replaceAll('-', '_')]: '1.0' });
      expect(index.countOf(match)).toBe(2);
    });
  },
);

describe('a wheel that nobody has fetched yet', () => {
  test('answers HEAD from its record', async () => {
    const { url, bytes } = await addressOf('bare-head');
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(`${bytes.length}`);
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect(index.countOf(fileOf('bare-head'))).toBe(0);
  });

  test.for([
    ['bytes=0-99', 0, 100],
    ['bytes=-65536', -65_536, undefined],
    ['bytes=100-1000099', 100, 1_000_100],
  ] as const)('answers the range %s from what is admitted', async ([range, start, end]) => {
    const { url, bytes } = await addressOf('bare-range');
    const response = await fetch(url, { headers: { range } });
    expect(response.status).toBe(206);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes.subarray(start, end));
    expect(index.countOf(fileOf('bare-range'))).toBe(1);
  });

  test.for(['bytes=0-99', 'bytes=-65536', 'bytes=19000000-'])(
    'gives nothing for the range %s when its bytes are not those of its record',
    async (range) => {
      const { url } = await addressOf('bare-spoilt');
      index.fault({ kind: 'flip-bit-first-mb', match: fileOf('bare-spoilt') });
      const response = await fetch(url, { headers: { range } });
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject({ code: 'upstream-mismatch' });
      index.clearFaults();
    },
  );

  test('is admitted also when the first who asks leaves', async () => {
    const { url } = await addressOf('bare-left');
    const leaving = new AbortController();
    const response = await fetch(url, { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    await expectWithin(10_000, async () => {
      const admitted = await fetch(`${service.url}/why/pypi/bare-left/1.0?format=json`);
      return (await admitted.text()).includes('"admitted":true');
    });
    const uv = CLIENTS.at(-1);
    if (uv === undefined) throw new Error('uv runs on every machine');
    await using notebook = await openNotebook(uv, service.indexUrl);
    expectSuccess(await notebook.install('bare-left'));
    expect(index.countOf(fileOf('bare-left'))).toBe(1);
  });
});

/** An artifact's address, as its project's page gives it. */
async function addressOf(
  project: string,
): Promise<{ readonly url: string; readonly bytes: Buffer }> {
  const { filename, sha256, bytes } = heavy(project);
  const url = `${service.url}/pypi/files/${project}/${sha256}/${filename}`;
  return { url, bytes: Buffer.from(bytes) };
}

describe.concurrent('a slow upstream', () => {
  const SLOW = [
    { project: 'slow-small', sizeBytes: 900_000 },
    { project: 'slow-large', sizeBytes: 2_400_000 },
  ];
  const STALLED = heavy('stalled');
  // 70 kB/s: the first of them takes 13 s, the other 34 s, of which its last MiB takes 15 s.
  const DRIP = { kind: 'drip', everyMs: 200, pieceBytes: 14_000 } as const;
  let slowIndex: FakeIndex;
  let slowService: Service;

  beforeAll(async () => {
    const wheels = SLOW.map(({ project, sizeBytes }) =>
      mitWheel({ name: project, version: '1.0', sizeBytes }),
    );
    slowIndex = await startFakeIndex({ artifacts: [...wheels, STALLED] });
    const policy = policyFor(['stalled', ...SLOW.map(({ project }) => project)]);
    slowService = await startService({ upstream: slowIndex.url, policy });
    for (const { project } of SLOW) slowIndex.fault({ match: fileOf(project), ...DRIP });
    slowIndex.fault({ match: fileOf('stalled'), kind: 'stall', afterBytes: SIZE_BYTES - 100_000 });
  });

  afterAll(async () => {
    await slowService?.[Symbol.asyncDispose]();
    await slowIndex?.[Symbol.asyncDispose]();
  });

  const impatient = { ...ONE_TRY, PIP_TIMEOUT: '10', UV_HTTP_TIMEOUT: '10' };
  test.for(SLOW.flatMap(({ project }) => CLIENTS.map((client) => ({ project, client }))))(
    '$project keeps $client.name content, which gives up after 10 s of silence',
    async ({ project, client }) => {
      await using notebook = await openNotebook(client, slowService.indexUrl, impatient);
      expectSuccess(await notebook.install(project));
    },
  );

  test('that stops at the end leaves nothing with any client, and is given up', async () => {
    const hasty = { ...ONE_TRY, PIP_TIMEOUT: '3', UV_HTTP_TIMEOUT: '3' };
    await using notebooks = await openNotebooks(CLIENTS, slowService.indexUrl, hasty);
    const given = await Promise.all(notebooks.all.map((notebook) => notebook.install('stalled')));
    for (const [position, notebook] of notebooks.all.entries()) {
      const ran = given[position];
      if (ran !== undefined) await expectNothingUsable(notebook, ran);
    }
    expect(slowIndex.countOf(fileOf('stalled'))).toBe(1);
    slowIndex.fault({ match: fileOf('stalled'), kind: 'delay', delayMs: 0 });
    await expectWithin(40_000, () =>
      slowService
        .log()
        .some(
          ({ msg, filename }) => msg === 'artifact not admitted' && filename === STALLED.filename,
        ),
    );
    for (const notebook of notebooks.all) expectSuccess(await notebook.install('stalled'));
  });
});
