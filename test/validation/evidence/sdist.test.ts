import { gunzipSync, gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { parseSha256 } from '../../../src/model/sha256.ts';
import { readEvidence, saveEvidence } from '../../../src/store/facts.ts';
import { openMemoryStore } from '../../../src/store/memory.ts';
import { SDIST_REFUSALS, type SdistRefusal } from '../../../src/validation/archives/refusals.ts';
import { extractEvidence } from '../../../src/validation/evidence/extract.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import { makeSdist, type SdistPlan } from '../../fixtures/sdists.ts';
import { buildTar, paxHeader, tarMember } from '../../fixtures/tar.ts';
import { sha256Of } from '../../fixtures/wheels.ts';

const PLAN: SdistPlan = { name: 'Some.Thing', version: '1.0' };

function extract(bytes: Uint8Array) {
  return extractEvidence(memoryAccess(bytes), { sha256: parseSha256(sha256Of(bytes)) });
}

async function contentsOf(plan: SdistPlan) {
  const { evidence } = await extract(makeSdist(plan).bytes);
  if (evidence.kind !== 'sdist') throw new Error(JSON.stringify(evidence));
  return evidence.contents;
}

test('the facts of a source distribution are what its files say', async () => {
  const sdist = makeSdist({ ...PLAN, lines: ['Requires-Dist: numpy>=1.26'], folder: 'Other-Name' });
  const { evidence, metadata } = await extract(sdist.bytes);
  expect(Buffer.from(metadata ?? []).toString()).toBe(sdist.pkgInfo);
  expect(evidence).toMatchObject({
    kind: 'sdist',
    sha256: sdist.sha256,
    sizeBytes: sdist.bytes.length,
    folder: 'Other-Name',
    memberCount: 3,
    metadata: {
      origin: 'contents',
      sha256: sha256Of(Buffer.from(sdist.pkgInfo)),
      metadata: { name: 'Some.Thing', version: '1.0', requiresDist: ['numpy>=1.26'] },
    },
  });
});

test('what its build would install is not made up', async () => {
  const contents = await contentsOf({ ...PLAN, files: { 'src/sitecustomize.py': 'x = 1\n' } });
  for (const fact of ['startup', 'notebook', 'modules', 'commands', 'layout', 'record'] as const)
    expect(contents[fact]).toBeUndefined();
});

test('its files are looked at as those of a wheel are', async () => {
  const contents = await contentsOf({
    ...PLAN,
    files: {
      'LICENSE.txt': 'do as you like\n',
      'bin/tool': Buffer.from('#!/bin/sh\n'),
      'thing/data.pkl': Buffer.from('\x80\x04cposix\nsystem\nX\x01\x00\x00\x00x\x85R.', 'latin1'),
      'thing/hidden.py': 'exec(base64.b64decode("eA=="))\n',
      'settings.ini': `token = pypi-AgEIcHlwaS5vcmc${'x'.repeat(100)}\n`,
    },
  });
  expect(contents).toMatchObject({
    licenseTexts: [{ path: 'some_thing-1.0/LICENSE.txt', match: 'unknown' }],
    executables: [{ path: 'some_thing-1.0/bin/tool', format: 'script' }],
    pickles: [{ path: 'some_thing-1.0/thing/data.pkl', outcome: 'unlisted' }],
    obfuscation: [{ path: 'some_thing-1.0/thing/hidden.py', kind: 'runs-decoded-text' }],
    secrets: [{ path: 'some_thing-1.0/settings.ini', kind: 'pypi-token' }],
  });
});

test.each([
  {
    what: 'a backend of its own',
    files: {},
    scripts: [{ kind: 'in-tree-backend', value: 'backend' }],
  },
  {
    what: 'a backend that is installed before',
    files: {
      'pyproject.toml': '[build-system]\nrequires = ["flit"]\nbuild-backend = "flit.api"\n',
    },
    scripts: [
      { kind: 'backend', value: 'flit.api' },
      { kind: 'requirement', value: 'flit' },
    ],
  },
  {
    what: 'setup.py alone',
    files: { 'pyproject.toml': undefined, 'setup.py': 'import os\n' },
    scripts: [
      { kind: 'backend', value: 'setuptools.build_meta:__legacy__' },
      { kind: 'setup-py', value: 'some_thing-1.0/setup.py' },
      { kind: 'requirement', value: 'setuptools >= 40.8.0' },
    ],
  },
  {
    what: 'a pyproject.toml without a build system',
    files: { 'pyproject.toml': '[tool.x]\ny = 1\n' },
    scripts: [
      { kind: 'backend', value: 'setuptools.build_meta:__legacy__' },
      { kind: 'requirement', value: 'setuptools >= 40.8.0' },
    ],
  },
])('what runs while it is installed: $what', async ({ files, scripts }) => {
  expect((await contentsOf({ ...PLAN, files })).buildScripts).toEqual(scripts);
});

test('links that stay in the folder are members', async () => {
  const more = [{ name: 'some_thing-1.0/docs/x.py', type: '2', link: '../backend.py' }];
  const { evidence } = await extract(makeSdist({ ...PLAN, more }).bytes);
  expect(evidence).toMatchObject({ kind: 'sdist', memberCount: 4 });
});

test('thousands of extended headers are nothing special', async () => {
  const more = Array.from({ length: 4000 }, (_, index) => [
    paxHeader(['mtime', '1700000000.5']),
    tarMember({ name: `some_thing-1.0/f${index}` }),
  ]).flat();
  const { evidence } = await extract(makeSdist({ ...PLAN, more }).bytes);
  expect(evidence).toMatchObject({ kind: 'sdist', memberCount: 4003 });
});

const FOLDER = 'some_thing-1.0';
const REFUSED: readonly (SdistPlan & { readonly what: string; readonly reason: SdistRefusal })[] = [
  { ...PLAN, what: 'no PKG-INFO', reason: 'metadata-missing', files: { 'PKG-INFO': undefined } },
  { ...PLAN, what: 'no metadata', reason: 'metadata-invalid', files: { 'PKG-INFO': 'Name x\n' } },
  {
    ...PLAN,
    what: 'a huge PKG-INFO',
    reason: 'metadata-too-large',
    files: { 'PKG-INFO': 'x'.repeat(5_000_000) },
  },
  {
    ...PLAN,
    what: 'no TOML',
    reason: 'pyproject-invalid',
    files: { 'pyproject.toml': '[build-system' },
  },
  {
    ...PLAN,
    what: 'a list that is none',
    reason: 'pyproject-invalid',
    files: { 'pyproject.toml': '[build-system]\nrequires = "x"\n' },
  },
  { ...PLAN, what: 'two folders', reason: 'top-folder', more: [{ name: 'other/x' }] },
  { ...PLAN, what: 'a file at the top', reason: 'top-folder', more: [{ name: 'setup.py' }] },
  {
    ...PLAN,
    what: 'a link to beside the folder',
    reason: 'link-outside-folder',
    more: [{ name: `${FOLDER}/x`, type: '2', link: '../other' }],
  },
  {
    ...PLAN,
    what: 'setup.py as a link',
    reason: 'link-outside-folder',
    more: [{ name: `${FOLDER}/setup.py`, type: '2', link: 'backend.py' }],
  },
];

test.each(REFUSED)('$what is refused as $reason', async ({ reason, ...plan }) => {
  const { evidence } = await extract(makeSdist(plan).bytes);
  expect(evidence).toMatchObject({ kind: 'refused', reason });
});

test('what pip would read as a zip file is refused', async () => {
  const hidden = Buffer.from('PK\u0005\u0006'.padEnd(40, '\0'), 'latin1');
  const more = [{ name: `${FOLDER}/x`, content: hidden }];
  const bytes = gzipSync(gunzipSync(makeSdist({ ...PLAN, more }).bytes), { level: 0 });
  expect((await extract(bytes)).evidence).toMatchObject({ kind: 'refused', reason: 'zip-too' });
});

test('every reason to refuse a source distribution has a row', () => {
  const reasons = new Set([...REFUSED.map(({ reason }) => reason), 'zip-too']);
  expect([...reasons].toSorted()).toEqual(SDIST_REFUSALS);
});

test('a tar file that readers could see differently is refused for that', async () => {
  const two = gzipSync(Buffer.concat([buildTar([{ name: 'x/a' }]), buildTar([{ name: 'x/b' }])]));
  expect((await extract(two)).evidence).toMatchObject({ kind: 'refused', reason: 'trailing' });
});

test('the store gives evidence back as it was', async () => {
  const store = openMemoryStore();
  const { evidence } = await extract(makeSdist(PLAN).bytes);
  await saveEvidence(store, evidence);
  expect((await readEvidence(store, evidence.sha256))?.evidence).toEqual(evidence);
});
