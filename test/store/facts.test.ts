import { describe, expect, test } from 'vitest';

import { EXTRACTOR, type Evidence, type WheelEvidence } from '../../src/model/evidence.ts';
import { blobKey, sha256Of } from '../../src/store/blobs.ts';
import {
  type Provisional,
  readEvidence,
  readProvisional,
  saveEvidence,
  saveProvisional,
} from '../../src/store/facts.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { objectKey, type ObjectKey } from '../../src/store/object-store.ts';
import { digest, pypi } from './stored-names.ts';

const SYNCED = { durability: 'synced' } as const;
const artifact = { source: pypi, sha256: digest('1') };
const sidecar: Provisional = {
  origin: 'sidecar',
  metadata: Buffer.from('Metadata-Version: 2.4\n'),
};

describe('provisional metadata', () => {
  const key = objectKey('provisional', 'pypi', digest('1'));

  test('is absent until saved, and then what was saved first', async () => {
    const store = openMemoryStore();
    expect(await readProvisional(store, artifact)).toBeUndefined();
    await saveProvisional(store, artifact, sidecar);
    await saveProvisional(store, artifact, { origin: 'ranges', metadata: Buffer.from('other') });
    const read = await readProvisional(store, artifact);
    expect(read?.origin).toBe('sidecar');
    expect(Buffer.from(read?.metadata ?? '')).toEqual(sidecar.metadata);
  });

  test('keeps the METADATA file as a blob', async () => {
    const store = openMemoryStore();
    await saveProvisional(store, artifact, sidecar);
    const blob = await store.read(blobKey(sha256Of(sidecar.metadata)));
    expect(Buffer.from(blob ?? '')).toEqual(sidecar.metadata);
  });

  test.each<[string, ObjectKey]>([
    ['itself', key],
    ['its METADATA file', blobKey(sha256Of(sidecar.metadata))],
  ])(
    'counts as absent when %s is damaged or missing, and can be saved again',
    async (_name, damaged) => {
      const store = openMemoryStore();
      await saveProvisional(store, artifact, sidecar);
      await store.remove(damaged);
      expect(await readProvisional(store, artifact)).toBeUndefined();
      await store.put(damaged, Buffer.from('{'), SYNCED);
      expect(await readProvisional(store, artifact)).toBeUndefined();
      await saveProvisional(store, artifact, sidecar);
      expect((await readProvisional(store, artifact))?.origin).toBe('sidecar');
    },
  );

  test('of another artifact counts as absent', async () => {
    const store = openMemoryStore();
    await saveProvisional(store, { ...artifact, sha256: digest('2') }, sidecar);
    const other = await store.read(objectKey('provisional', 'pypi', digest('2')));
    await store.put(key, other ?? new Uint8Array(), SYNCED);
    expect(await readProvisional(store, artifact)).toBeUndefined();
  });

  test('of a newer format is refused', async () => {
    const store = openMemoryStore();
    const newer = Buffer.from('{"format":"gatehouse.provisional.v2","content":{}}');
    await store.put(key, newer, SYNCED);
    const tooNew = { code: 'store-too-new', hint: expect.stringContaining('provisional.v2') };
    await expect(readProvisional(store, artifact)).rejects.toMatchObject(tooNew);
    await expect(saveProvisional(store, artifact, sidecar)).rejects.toMatchObject(tooNew);
  });
});

const refused: Evidence = {
  kind: 'refused',
  extractor: EXTRACTOR,
  sha256: digest('1'),
  sizeBytes: 5,
  reason: 'not-a-zip',
  message: 'no end of central directory',
};

const wheel: WheelEvidence = {
  kind: 'wheel',
  extractor: EXTRACTOR,
  sha256: digest('1'),
  sizeBytes: 5,
  metadata: {
    origin: 'contents',
    sha256: digest('2'),
    metadata: {
      metadataVersion: '2.4',
      name: 'NumPy',
      version: '2.0',
      requiresDist: ['x; extra == "y"'],
      requiresPython: '>=3.9',
      providesExtra: ['y'],
      licenseExpression: 'MIT',
      license: 'MIT License',
      licenseIsLong: false,
      licenseFiles: ['LICENSE'],
      licenseClassifiers: ['License :: OSI Approved'],
      summary: 'ünï',
      dynamic: [],
    },
  },
  distInfo: 'numpy-2.0.dist-info',
  wheelVersion: '1.0',
  rootIsPurelib: true,
  tags: ['py3-none-any'],
  memberCount: 3,
  unpackedBytes: 9,
  unrecorded: [],
  missing: ['a'],
};

const bundling: WheelEvidence = {
  ...wheel,
  contents: {
    components: [
      { origin: 'library', path: 'x.libs/libz.so', name: 'libz', declared: [] },
      {
        origin: 'sbom',
        path: 'x/sboms/a.json',
        name: 'a',
        version: '1',
        purl: 'pkg:cargo/a@1',
        declared: ['MIT'],
        isOptional: true,
      },
    ],
    unreadComponents: ['x/sboms/b.json'],
  },
};

const conda: Evidence = {
  kind: 'conda',
  extractor: EXTRACTOR,
  sha256: digest('1'),
  sizeBytes: 3,
  format: 'tar.bz2',
  metadata: {
    origin: 'contents',
    sha256: digest('2'),
    metadata: {
      ...wheel.metadata.metadata,
      conda: {
        build: 'h1_0',
        buildNumber: 1,
        constrains: ['zlib >=1'],
        subdir: 'noarch',
        noarch: 'python',
        extraDepends: { test: ['pytest'] },
      },
    },
  },
  aboutLicense: 'MIT',
  memberCount: 1,
  unpackedBytes: 2,
  contents: { linkScripts: [{ path: 'bin/.x-post-link.sh', kind: 'link', sha256: digest('3') }] },
};

describe('evidence', () => {
  test.each<[string, Evidence]>([
    ['a wheel', wheel],
    ['what a wheel bundles', bundling],
    ['a conda package', conda],
    ['bytes that were refused', refused],
  ])('of %s is given back whole, with the digest of what is stored', async (_name, evidence) => {
    const store = openMemoryStore();
    expect(await readEvidence(store, evidence.sha256)).toBeUndefined();
    const saved = await saveEvidence(store, evidence);
    expect(saved.evidence).toEqual(evidence);
    const stored = await store.read(objectKey('evidence', digest('1'), `${EXTRACTOR}`));
    expect(saved.digest).toBe(sha256Of(stored ?? new Uint8Array()));
    expect(await readEvidence(store, evidence.sha256)).toEqual(saved);
  });

  test('has the same digest in whatever order it was put together', async () => {
    const reversed = Object.fromEntries(Object.entries(wheel).toReversed());
    const one = await saveEvidence(openMemoryStore(), wheel);
    const two = await saveEvidence(openMemoryStore(), reversed as unknown as Evidence);
    expect(two.digest).toBe(one.digest);
  });

  test('stays what was saved first', async () => {
    const store = openMemoryStore();
    const first = await saveEvidence(store, refused);
    expect(await saveEvidence(store, { ...refused, message: 'other' })).toEqual(first);
  });

  test('is this extractor’s, else the newest other one’s', async () => {
    const store = openMemoryStore();
    await saveEvidence(store, { ...refused, extractor: EXTRACTOR + 8 });
    await saveEvidence(store, { ...refused, extractor: EXTRACTOR + 19 });
    const other = await readEvidence(store, refused.sha256);
    expect(other?.evidence.extractor).toBe(EXTRACTOR + 19);
    await saveEvidence(store, refused);
    expect((await readEvidence(store, refused.sha256))?.evidence.extractor).toBe(EXTRACTOR);
  });

  test.each([
    ['of a newer format', '{"format":"gatehouse.evidence.v12","content":{}}', 'store-too-new'],
    ['that is cut', '{"format":"gatehouse.evidence.v1","cont', 'store-corrupt'],
    [
      'that lacks facts',
      '{"format":"gatehouse.evidence.v1","content":{"kind":"wheel"}}',
      'store-corrupt',
    ],
    ['of another format', '{"format":"gatehouse.records.v1","content":{}}', 'store-corrupt'],
    ['with no format', '{}', 'store-corrupt'],
    ['of version 0', '{"format":"gatehouse.evidence.v0","content":{}}', 'store-corrupt'],
    [
      'of another artifact',
      JSON.stringify({
        format: 'gatehouse.evidence.v1',
        content: { ...refused, sha256: digest('2') },
      }),
      'store-corrupt',
    ],
  ])('%s is refused', async (_name, content, code) => {
    const store = openMemoryStore();
    await store.put(
      objectKey('evidence', digest('1'), `${EXTRACTOR}`),
      Buffer.from(content),
      SYNCED,
    );
    await expect(readEvidence(store, digest('1'))).rejects.toMatchObject({ code });
    await expect(saveEvidence(store, refused)).rejects.toMatchObject({ code });
  });
});
