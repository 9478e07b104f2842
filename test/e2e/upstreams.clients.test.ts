import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { ORDINARY_CACHE, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { buildWheel, type FixtureWheel } from '../fixtures/wheels.ts';
import { CLIENTS, type Notebook, openNotebooks } from './clients.ts';
import { expectRefusal, expectSuccess, type Sentence } from './expectations.ts';
import { policyFor } from './policy.ts';
import { start } from './run.ts';
import { type Service, startService } from './service.ts';

const APP = mitWheel({ name: 'app', version: '1.0', requiresDist: ['lib>=1'] });
const WHEELS = [
  APP,
  mitWheel({ name: 'lib', version: '1.0' }),
  mitWheel({ name: 'lib', version: '2.0' }),
  buildWheel({ name: 'app', version: '2.0', licenseExpression: 'GPL-3.0-only' }),
];
const REFUSED: Sentence = {
  project: 'app',
  version: '2.0',
  code: 'license/not-allowed',
  value: 'GPL-3.0-only',
};
/** An index that gives no upload times can only be believed or not. */
const WITHOUT_TIMES = '{ pypi: { kind: pypi, min-age: 0d } }';
const WITHOUT_HASHES = '{ pypi: { kind: pypi, min-age: 0d, hashes: first-seen } }';

interface RunningIndex extends AsyncDisposable {
  readonly url: string;
}

const UPSTREAMS: readonly {
  readonly what: string;
  readonly sources?: string;
  readonly start: () => Promise<RunningIndex>;
}[] = [
  {
    what: 'an index like PyPI, with metadata files',
    start: () => startFakeIndex({ artifacts: WHEELS }),
  },
  {
    what: 'an ordinary cache, without metadata files',
    start: () => startFakeIndex({ artifacts: WHEELS, ...ORDINARY_CACHE }),
  },
  {
    what: 'an index in HTML only, without upload times',
    sources: WITHOUT_TIMES,
    start: () =>
      startFakeIndex({ artifacts: WHEELS, form: 'html', sidecars: false, uploadTime: false }),
  },
  {
    what: 'a plain directory, without hashes and ranges',
    sources: WITHOUT_HASHES,
    start: () => startDirectory(WHEELS),
  },
  { what: 'another Gatehouse', start: startAnother },
];

describe.for(UPSTREAMS)('behind Gatehouse: $what', ({ start: startUpstream, sources }) => {
  test('clients install what is approved, and read why something is not', async () => {
    await using upstream = await startUpstream();
    const policy = policyFor(['app'], sources === undefined ? {} : { sources });
    await using service = await startService({ upstream: upstream.url, policy });
    await using notebooks = await openNotebooks(CLIENTS, service.indexUrl);
    for (const notebook of notebooks.all) {
      expectSuccess(await notebook.install('app'));
      expect(await notebook.installed()).toEqual({ app: '1.0', lib: '2.0' });
      await expectRefusal(await notebook.install('app==2.0'), service.url, REFUSED);
    }
  });
});

describe('a second index that claims its names', () => {
  // As PyTorch's own: HTML, local versions, no upload times, other builds of names that the public index has too.
  const CPU = mitWheel({ name: 'torch', version: '2.9.1+cpu', requiresDist: ['lib'] });
  const CUDA = mitWheel({ name: 'torch', version: '2.9.1', requiresDist: ['nvidia-thing'] });

  test('gives clients its builds, and never those of the same names elsewhere', async () => {
    await using pypi = await startFakeIndex({ artifacts: [...WHEELS, CUDA] });
    await using other = await startFakeIndex({
      artifacts: [CPU],
      form: 'html',
      sidecars: false,
      uploadTime: false,
      separateFileHost: true,
    });
    const sources = `{ pypi: { kind: pypi }, torch-cpu: { kind: pypi, url: "${other.url}", claims: [torch], min-age: 0d } }`;
    const policy = policyFor(['torch >=2.6,<3', 'app'], { sources });
    await using service = await startService({ upstream: pypi.url, policy });
    await using notebooks = await openNotebooks(CLIENTS, service.indexUrl);
    for (const notebook of notebooks.all) {
      for (const asked of ['torch', 'torch==2.9.1', 'torch==2.9.1+cpu', 'torch>=2,<3']) {
        expectSuccess(await notebook.install(asked));
        expect(await notebook.installed()).toEqual({ torch: '2.9.1+cpu', lib: '2.0' });
      }
    }
    expect(pypi.countOf(/torch/)).toBe(0);
  });

  test('may ask for credentials that only the deployment has', async () => {
    await using pypi = await startFakeIndex({ artifacts: WHEELS });
    await using other = await startFakeIndex({ artifacts: [CPU] });
    const sources = '{ pypi: { kind: pypi }, torch-cpu: { kind: pypi, claims: [torch] } }';
    const url = new URL(other.url);
    url.username = 'notebook';
    url.password = 'only-here';
    await using service = await startService({
      upstream: pypi.url,
      policy: policyFor(['torch'], { sources }),
      settings: { GATEHOUSE_PYPI_UPSTREAM_TORCH_CPU: url.href },
    });
    await using notebooks = await openNotebooks(CLIENTS.slice(0, 1), service.indexUrl);
    for (const notebook of notebooks.all) expectSuccess(await notebook.install('torch'));
    const page = other.requests.find(({ url: path }) => path.startsWith('/simple/torch'));
    const expected = `Basic ${Buffer.from('notebook:only-here').toString('base64')}`;
    expect(page?.headers.authorization).toBe(expected);
    expect(JSON.stringify(service.log()) + service.printed()).not.toContain('only-here');
  });

  test('without an address is named at the start, and its names are refused', async () => {
    await using pypi = await startFakeIndex({ artifacts: [...WHEELS, CUDA] });
    const sources = '{ pypi: { kind: pypi }, torch-cpu: { kind: pypi, claims: [torch] } }';
    await using service = await startService({
      upstream: pypi.url,
      policy: policyFor(['torch', 'app'], { sources }),
    });
    expect(service.talk().join('\n')).toContain(
      'note: The source torch-cpu has no address, so the names that it claims are refused: set sources.torch-cpu.url or GATEHOUSE_PYPI_UPSTREAM_TORCH_CPU.',
    );
    await using notebooks = await openNotebooks(CLIENTS.slice(0, 1), service.indexUrl);
    for (const notebook of notebooks.all) await expectClaimed(notebook, service);
    expect(pypi.countOf(/torch/)).toBe(0);
  });
});

async function expectClaimed(notebook: Notebook, service: Service): Promise<void> {
  await expectRefusal(await notebook.install('torch'), service.url, {
    project: 'torch',
    code: 'package/claimed',
    value: 'the source torch-cpu only',
  });
}

/** Python's own file server on a folder for each project, as people set one up in an afternoon. */
async function startDirectory(wheels: readonly FixtureWheel[]): Promise<RunningIndex> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-directory-'));
  for (const { project, filename, bytes } of wheels) {
    await mkdir(join(directory, 'simple', project), { recursive: true });
    await writeFile(join(directory, 'simple', project, filename), bytes);
  }
  const line = ['python3', '-u', '-m', 'http.server', '0', '--bind', '127.0.0.1'];
  const environment = { PATH: process.env['PATH'] ?? '' };
  const server = start(line, { environment, directory });
  const [first] = await once(server.stdout, 'data');
  const port = /port (\d+)/.exec(String(first))?.[1];
  return {
    url: `http://127.0.0.1:${port}/simple/`,
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** It approves both versions; the Gatehouse in front of it does not. */
async function startAnother(): Promise<RunningIndex> {
  await using stack = new AsyncDisposableStack();
  const index = stack.use(await startFakeIndex({ artifacts: WHEELS }));
  const policy = policyFor(['app'], { licenses: ['MIT', 'GPL-3.0-only'] });
  const service = stack.use(await startService({ upstream: index.url, policy }));
  const open = stack.move();
  return { url: service.indexUrl, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
