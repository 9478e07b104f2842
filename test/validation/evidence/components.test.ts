import { describe, expect, test } from 'vitest';

import { buildWheel, noise } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

const INFO = 'frog-1.0.dist-info';
const SBOM = `${INFO}/sboms/frog.cdx.json`;

async function found(extraMembers: Readonly<Record<string, Uint8Array | string>>) {
  const wheel = buildWheel({ name: 'frog', version: '1.0', extraMembers });
  const { components, unreadComponents } = await contentsOf(wheel);
  return { components, unreadComponents };
}

async function listed(document: unknown) {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return found({ [SBOM]: text });
}

function cycloneDx(components: unknown): unknown {
  return { bomFormat: 'CycloneDX', specVersion: '1.6', components };
}

describe('libraries', () => {
  test('are found by their names, those of no table only among those of others', async () => {
    const { components } = await found({
      'frog.libs/libgfortran-040039e1.so.5.0.0': 'x',
      'frog.libs/libnewt-0a1b2c3d.so.2': 'x',
      'frog/.dylibs/libtoad.dylib': 'x',
      'frog/lib/libarrow.so.2600': 'x',
      'frog/lib/libfrog.so': 'x',
      'frog/_core.cpython-312-x86_64-linux-gnu.so': 'x',
      'frog.libs/README': 'x',
    });
    expect(components?.map(({ origin, name, version }) => [origin, name, version])).toEqual([
      ['library', 'libgfortran', '5.0.0'],
      ['library', 'libnewt', '2'],
      ['library', 'libtoad', undefined],
      ['library', 'libarrow', '2600'],
    ]);
  });

  test('that are the same under two paths are one', async () => {
    const { components } = await found({ 'frog/libz.so.1': 'x', 'frog/lib/libz.so.1': 'x' });
    expect(components).toHaveLength(1);
  });

  test('of FFmpeg say what they are, each for its folder', async () => {
    const { components } = await found({
      'frog.libs/libavutil.so.60': 'x\0libavutil license: LGPL version 2.1 or later\0x',
      'frog.libs/libavcodec.so.62': 'no word of it',
      'other.libs/libavcodec.so.61': 'no word of it',
    });
    expect(components?.map(({ path, declared }) => [path, declared])).toEqual([
      ['frog.libs/libavutil.so.60', ['LGPL version 2.1 or later']],
      ['frog.libs/libavcodec.so.62', ['LGPL version 2.1 or later']],
      ['other.libs/libavcodec.so.61', []],
    ]);
  });
});

test('a library that begins to say it without an end is looked through quickly', async () => {
  const { components } = await found({ 'frog.libs/libavutil.so.60': 'libav'.repeat(200_000) });
  expect(components).toMatchObject([{ name: 'libavutil', declared: [] }]);
});

describe('bundled distributions', () => {
  const toad = 'Metadata-Version: 2.1\nName: Toad\nVersion: 2.0\n';

  test.each([
    ['an expression, which counts alone', 'License-Expression: MIT\nLicense: x\n', ['MIT']],
    [
      'a field and classifiers',
      'License: BSD\nClassifier: License :: OSI Approved :: BSD License\nClassifier: Topic :: X\n',
      ['BSD', 'License :: OSI Approved :: BSD License'],
    ],
    ['nothing', '', []],
  ])('are read with %s', async (_, fields, declared) => {
    const path = 'frog/_vendor/toad-2.0.dist-info/METADATA';
    expect(await found({ [path]: `${toad}${fields}\nRead me` })).toEqual({
      components: [{ origin: 'vendored', path, name: 'Toad', version: '2.0', declared }],
      unreadComponents: [],
    });
  });

  test('that cannot be read are named', async () => {
    const path = 'frog/_vendor/toad.egg-info/PKG-INFO';
    expect(await found({ [path]: 'no headers' })).toEqual({
      components: [],
      unreadComponents: [path],
    });
  });
});

test('what lies behind a thousand copies of one distribution is known to be unread', async () => {
  const copies = Array.from({ length: 1001 }, (_, at) => [
    `frog/${String(at).padStart(4, '0')}/newt-1.0.dist-info/METADATA`,
    `Metadata-Version: 2.1\nName: newt\nVersion: 1.0\nLicense: ${at < 1000 ? 'MIT' : 'GPL-3.0-only'}\n`,
  ]);
  const { components, unreadComponents } = await found(Object.fromEntries(copies));
  expect(components).toHaveLength(1);
  expect(unreadComponents).toEqual(['frog/1000/newt-1.0.dist-info/METADATA']);
});

describe('an SBOM', () => {
  test('of which a component has more licences than are read says none of them', async () => {
    const licenses = Array.from({ length: 21 }, (_, at) => ({
      license: { id: at < 20 ? 'MIT' : 'GPL-3.0-only' },
    }));
    const { components } = await listed(cycloneDx([{ name: 'newt', licenses }]));
    expect(components?.map(({ declared }) => declared)).toEqual([
      ['21 licenses, which were not read'],
    ]);
  });

  test('of CycloneDX gives components with what it says of them', async () => {
    const { components, unreadComponents } = await listed(
      cycloneDx([
        {
          type: 'library',
          name: 'ahash',
          version: '0.8.12',
          purl: 'pkg:cargo/ahash@0.8.12?download_url=file://x',
          licenses: [{ expression: 'MIT OR Apache-2.0' }],
          components: [{ name: 'inner', licenses: [{ license: { name: 'Zlib' } }] }],
        },
        { name: 'jpeg', licenses: [{ license: { id: 'IJG' } }, { license: { id: 'Zlib' } }] },
        { name: 'quant', scope: 'optional', licenses: [{ license: { id: 'NOASSERTION' } }] },
        { name: 'compiler', scope: 'excluded' },
        { type: 'file', name: 'a.py' },
        { name: 'Frog', version: '1.0', purl: 'pkg:pypi/FROG@1.0?file_name=x' },
        { name: 'frog.core', version: '1.0', purl: 'pkg:pypi/frog@1.0#ext/core' },
      ]),
    );
    const origin = { origin: 'sbom', path: SBOM };
    expect(unreadComponents).toEqual([]);
    expect(components).toEqual([
      {
        ...origin,
        name: 'ahash',
        version: '0.8.12',
        purl: 'pkg:cargo/ahash@0.8.12',
        declared: ['MIT OR Apache-2.0'],
      },
      { ...origin, name: 'jpeg', declared: ['IJG', 'Zlib'] },
      { ...origin, name: 'quant', declared: [], isOptional: true },
      { ...origin, name: 'inner', declared: ['Zlib'] },
    ]);
  });

  test('of SPDX gives packages', async () => {
    const { components } = await listed({
      spdxVersion: 'SPDX-2.3',
      packages: [
        {
          name: 'openssl',
          versionInfo: '3.5.0',
          licenseConcluded: 'NOASSERTION',
          licenseDeclared: 'Apache-2.0',
          externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:generic/openssl@3.5.0' }],
        },
        { name: 'toad', licenseConcluded: 'NONE' },
      ],
    });
    expect(components).toMatchObject([
      {
        name: 'openssl',
        version: '3.5.0',
        purl: 'pkg:generic/openssl@3.5.0',
        declared: ['Apache-2.0'],
      },
      { name: 'toad', declared: [] },
    ]);
  });

  test.each<[string, unknown]>([
    ['no JSON', '{"bomFormat": "CycloneDX", '],
    ['no object', '[]'],
    ['no known format', { components: [] }],
    ['components that are none', cycloneDx({ name: 'x' })],
    ['a component that is none', cycloneDx(['x'])],
    ['a component without a name', cycloneDx([{ version: '1' }])],
    ['a name of another type', cycloneDx([{ name: { toString: 'x' } }])],
    ['inner components that are none', cycloneDx([{ name: 'x', components: 'x' }])],
    ['packages that are none', { spdxVersion: 'SPDX-2.3', packages: 1 }],
    ['a package without a name', { spdxVersion: 'SPDX-2.3', packages: [{}] }],
  ])('with %s cannot be read, and the rest can', async (_, document) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    const { components, unreadComponents } = await found({
      [SBOM]: text,
      [`${INFO}/sboms/good.json`]: JSON.stringify(cycloneDx([{ name: 'toad' }])),
    });
    expect(unreadComponents).toEqual([SBOM]);
    expect(components?.map(({ name }) => name)).toEqual(['toad']);
  });

  test('that is not UTF-8 cannot be read', async () => {
    expect((await found({ [SBOM]: noise(1000) })).unreadComponents).toEqual([SBOM]);
  });

  test('of other types where they do not matter is read without them', async () => {
    const odd = {
      name: 'toad',
      version: 1,
      purl: [],
      licenses: [null, 'MIT', { license: 'MIT' }, { expression: 1 }],
    };
    const { components } = await listed(cycloneDx([odd, { name: 'newt', licenses: 'MIT' }]));
    expect(components).toEqual([
      { origin: 'sbom', path: SBOM, name: 'toad', declared: [] },
      { origin: 'sbom', path: SBOM, name: 'newt', declared: [] },
    ]);
  });

  test('that nests deeply is read', async () => {
    const depth = 50_000;
    const nested = '{"name":"a","components":['.repeat(depth) + ']}'.repeat(depth);
    const { components, unreadComponents } = await listed(
      `{"bomFormat":"CycloneDX","components":[${nested}]}`,
    );
    expect([components?.length, unreadComponents]).toEqual([1, []]);
  });

  test('of very many components is cut at a thousand, libraries first', async () => {
    const rows = Array.from({ length: 150_000 }, (_, at) => `{"name":"a${at}"}`).join(',');
    const { components } = await found({
      [SBOM]: `{"bomFormat":"CycloneDX","components":[${rows}]}`,
      'frog.libs/libz.so.1': 'x',
    });
    expect(components).toHaveLength(1000);
    expect(components?.[0]).toMatchObject({ origin: 'library', name: 'libz' });
  });

  test('that is too long cannot be read', async () => {
    const long = JSON.stringify(cycloneDx([{ name: 'toad' }])) + ' '.repeat(4 << 20);
    expect(await listed(long)).toEqual({ components: [], unreadComponents: [SBOM] });
  });

  test('beyond twenty is not read', async () => {
    const many = Array.from({ length: 25 }, (_, at) => [
      `${INFO}/sboms/${at}.json`,
      JSON.stringify(cycloneDx([{ name: `toad-${at}` }])),
    ]);
    const { components, unreadComponents } = await found(Object.fromEntries(many));
    expect([components?.length, unreadComponents?.length]).toEqual([20, 5]);
  });
});
