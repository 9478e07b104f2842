import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { buildWheel } from '../fixtures/wheels.ts';
import { expectSuccess } from './expectations.ts';
import { policyFor } from './policy.ts';
import { run } from './run.ts';
import { type Service, startService } from './service.ts';

const PARSERS = join(import.meta.dirname, '../../.clients/parsers');
const READER = join(import.meta.dirname, 'read-pages.py');
const isInstalled = existsSync(join(PARSERS, 'pypi_simple')) || process.env['CI'] === 'true';
if (!isInstalled) console.error('skipped: the strict parsers run on no Python below 3.11');

const REASON = 'broken: <b>"wheels"</b> & \'sdists\'\tfür alle; see  #12';
const ARTIFACTS = [
  mitWheel({ name: 'plain', version: '1.0' }),
  { ...mitWheel({ name: 'plain', version: '1.1' }), uploadTime: '2021-02-03T04:05:06Z' },
  { ...mitWheel({ name: 'plain', version: '1.2' }), uploadTime: '2021-02-03T04:05:06.7Z' },
  mitWheel({ name: 'odd-python', version: '1.0', requiresPython: '>=3.8,' }),
  mitWheel({ name: 'odd-python', version: '1.1', requiresPython: '!=3.0.*, >=2.7,<"4"&' }),
  mitWheel({ name: 'odd-python', version: '1.2', requiresPython: '~=3.6' }),
  mitWheel({ name: 'odd-python', version: '1.3', requiresPython: '' }),
  mitWheel({ name: 'odd-name', version: '1!2.0+cu.121' }),
  mitWheel({
    name: 'odd-name',
    version: '3.0',
    tags: 'py2.py3-none-manylinux_2_5_x86_64.manylinux1_x86_64.manylinux_2_5_aarch64',
  }),
  mitWheel({ name: 'partly', version: '1.0' }),
  buildWheel({ name: 'partly', version: '2.0', licenseExpression: 'GPL-3.0-only' }),
  { filename: 'partly-3.0.tar.gz', bytes: Buffer.from('not a real one') },
  { ...mitWheel({ name: 'taken-back', version: '1.0' }), yanked: REASON },
  { ...mitWheel({ name: 'taken-back', version: '1.1' }), yanked: '' },
  buildWheel({ name: 'refused', version: '1.0', licenseExpression: 'GPL-3.0-only' }),
  buildWheel({ name: 'refused', version: '1.1', licenseExpression: 'GPL-3.0-only' }),
  { ...mitWheel({ name: 'timeless', version: '1.0' }), uploadTime: undefined },
  mitWheel({ name: 'stranger', version: '1.0' }),
  mitWheel({ name: 'archived', version: '1.0' }),
  mitWheel({ name: 'quarantined', version: '1.0' }),
];
const ALLOWED = [
  'plain',
  'odd-python',
  'odd-name',
  'partly',
  'taken-back',
  'refused',
  'timeless',
  'archived',
  'quarantined',
];
const DENIED = ['{ name: denied, reason: not ours }'];
const PROJECTS = [...ALLOWED, 'stranger', 'nonesuch', 'denied'];

/** A project page, as a parser read it. */
interface ReadPage {
  readonly status?: string | null;
  readonly reason?: string | null;
  readonly versions: readonly string[] | null;
  readonly files: readonly Readonly<Record<string, string | number | boolean | null>>[];
}

interface ReadIndex {
  readonly root: readonly string[];
  readonly fetched?: readonly string[];
  readonly projects: Readonly<Record<string, ReadPage>>;
}

type Readings = Readonly<
  Record<'pypi-simple' | 'simple-repository', Readonly<Record<'json' | 'html', ReadIndex>>>
>;

const WORLDS = [
  { show: 'explain', form: 'both', listed: { approved: 12, yanked: 4, partly: 3, nonesuch: 1 } },
  { show: 'strict', form: 'both', listed: { approved: 12, yanked: 2, partly: 3, nonesuch: 1 } },
  { show: 'hide', form: 'both', listed: { approved: 12, yanked: 2, partly: 1, nonesuch: 0 } },
  // Such an index gives no sizes and no times, so that the age of nothing is known and all is refused.
  { show: 'explain', form: 'html', listed: { approved: 0, yanked: 0, partly: 3, nonesuch: 1 } },
] as const;

describe.skipIf(!isInstalled).for(WORLDS)(
  'show $show, upstream in $form',
  ({ show, form, listed }) => {
    let index: FakeIndex;
    let service: Service;
    let readings: Readings;

    beforeAll(async () => {
      index = await startFakeIndex({ artifacts: ARTIFACTS, form });
      index.setStatus('archived', 'archived', 'no <longer> kept & "done"');
      index.setStatus('quarantined', 'quarantined');
      const policy = `${policyFor(ALLOWED, { deny: DENIED, versions: 'keep: 5, yanked: allow' })}denials: { show: ${show} }\n`;
      service = await startService({ upstream: index.url, policy });
      readings = await readAll(service);
    });

    afterAll(async () => {
      await service?.[Symbol.asyncDispose]();
      await index?.[Symbol.asyncDispose]();
    });

    test('every page is read alike as JSON and as HTML, by both', async () => {
      const own = await readOwn(service);
      expect(readings['pypi-simple'].json).toMatchObject(own);
      expect(readings['simple-repository'].json).toEqual(withoutStatus(own));
      expect(readings['pypi-simple'].html).toMatchObject(asHtml(own));
      expect(readings['simple-repository'].html).toEqual(asHtml(withoutStatus(own)));
    });

    test('the pages have something to disagree on', () => {
      const { projects } = readings['pypi-simple'].json;
      const files = Object.values(projects).flatMap((page) => page.files);
      expect({
        approved: files.filter(({ metadata }) => metadata !== null).length,
        yanked: files.filter(({ yanked }) => yanked !== null).length,
        partly: projects['partly']?.files.length,
        nonesuch: projects['nonesuch']?.files.length,
      }).toEqual(listed);
      expect(projects['archived']?.status).toBe('archived');
    });

    test('all that is approved comes, with the hashes that the pages give', () => {
      const { json, html } = readings['pypi-simple'];
      expect(json.fetched).toHaveLength(listed.approved);
      expect(html.fetched).toEqual(json.fetched);
    });
  },
);

async function readAll({ indexUrl, directory }: Service): Promise<Readings> {
  const environment = { PATH: process.env['PATH'] ?? '', PYTHONPATH: PARSERS, PYTHONUTF8: '1' };
  const ran = await run(['python3', READER, indexUrl, ...PROJECTS], { environment, directory });
  expectSuccess(ran);
  const readings: Readings = JSON.parse(ran.stdout);
  return readings;
}

/** What the JSON of the index says, without a parser of anybody. */
async function readOwn(service: Service): Promise<ReadIndex> {
  const root: OwnRoot = await ask(service.indexUrl);
  const projects = PROJECTS.map(async (name) => {
    const url = `${service.indexUrl}${name}/`;
    return [name, ownPage(url, await ask(url))] as const;
  });
  return {
    root: root.projects.map(({ name }) => name),
    projects: Object.fromEntries(await Promise.all(projects)),
  };
}

interface OwnRoot {
  readonly projects: readonly { readonly name: string }[];
}

interface OwnPage {
  readonly 'project-status'?: { readonly status: string; readonly reason?: string };
  readonly versions: readonly string[];
  readonly files: readonly OwnFile[];
}

interface OwnFile {
  readonly filename: string;
  readonly url: string;
  readonly hashes: { readonly sha256: string };
  readonly 'requires-python'?: string;
  readonly 'core-metadata'?: { readonly sha256: string };
  readonly yanked?: string | boolean;
  readonly size?: number;
  readonly 'upload-time'?: string;
}

async function ask<Answer>(url: string): Promise<Answer> {
  const accept = 'application/vnd.pypi.simple.v1+json';
  const answer = await fetch(url, { headers: { accept } });
  expect(answer.headers.get('content-type')).toBe(accept);
  const body: Answer = JSON.parse(await answer.text());
  return body;
}

function ownPage(pageUrl: string, page: OwnPage): ReadPage {
  return {
    status: page['project-status']?.status ?? null,
    reason: page['project-status']?.reason ?? null,
    versions: page.versions,
    files: page.files.map((file) => ({
      filename: file.filename,
      url: decodeURIComponent(new URL(file.url, pageUrl).href),
      sha256: file.hashes.sha256,
      'requires-python': file['requires-python'] ?? null,
      metadata: file['core-metadata']?.sha256 ?? null,
      yanked: file.yanked ?? null,
      size: file.size ?? null,
      'upload-time':
        file['upload-time'] === undefined ? null : Date.parse(file['upload-time']) / 1000,
    })),
  };
}

/** simple-repository passes over the status of a project, and sorts versions as text. */
function withoutStatus(index: ReadIndex): ReadIndex {
  return eachPage(index, ({ files, versions }) => ({
    files,
    versions: versions?.toSorted() ?? null,
  }));
}

/** HTML has no versions; sizes and times stand in attributes that only uv knows. */
function asHtml(index: ReadIndex): ReadIndex {
  return eachPage(index, (page) => ({
    ...page,
    versions: null,
    files: page.files.map((file) => ({ ...file, size: null, 'upload-time': null })),
  }));
}

function eachPage(index: ReadIndex, change: (page: ReadPage) => ReadPage): ReadIndex {
  const pages = Object.entries(index.projects).map(([name, page]) => [name, change(page)] as const);
  return { ...index, projects: Object.fromEntries(pages) };
}
