import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { buildWheel } from '../fixtures/wheels.ts';
import { ALL_CLIENTS, openNotebook, openNotebooks } from './clients.ts';
import {
  expectReason,
  expectRefusal,
  expectSuccess,
  expectWithin,
  type Sentence,
} from './expectations.ts';
import { policyFor } from './policy.ts';
import { type Service, startService } from './service.ts';

const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString();
const IN_SIX_DAYS = new Date(Date.now() + 6 * 86_400_000).toISOString().slice(0, 10);
const TAKEN_BACK = mitWheel({ name: 'taken-back', version: '1.0' });

function gplWheel(name: string, version: string) {
  return buildWheel({ name, version, licenseExpression: 'GPL-3.0-only' });
}

function youngWheel(name: string, version: string) {
  return { ...mitWheel({ name, version }), uploadTime: YESTERDAY };
}

const ARTIFACTS = [
  mitWheel({ name: 'stranger', version: '1.0' }),
  mitWheel({ name: 'stranger', version: '2.0' }),
  mitWheel({ name: 'ranged', version: '1.0' }),
  mitWheel({ name: 'ranged', version: '3.0' }),
  mitWheel({ name: 'fresh', version: '1.0' }),
  youngWheel('fresh', '2.0'),
  youngWheel('newborn', '1.0'),
  mitWheel({ name: 'relicensed', version: '1.0' }),
  gplWheel('relicensed', '2.0'),
  mitWheel({ name: 'pulled', version: '1.0' }),
  { ...mitWheel({ name: 'pulled', version: '2.0' }), yanked: 'löscht – everything\n' },
  mitWheel({ name: 'detour', version: '1.0' }),
  mitWheel({ name: 'detour', version: '2.0', requiresDist: ['evil @ https://evil.test/evil.whl'] }),
  mitWheel({ name: 'early', version: '1.0' }),
  mitWheel({ name: 'early', version: '2.0rc1' }),
  mitWheel({ name: 'parent', version: '1.0' }),
  mitWheel({ name: 'parent', version: '2.0', requiresDist: ['ranged >=3'] }),
  mitWheel({ name: 'orphan', version: '1.0', requiresDist: ['nowhere >=1'] }),
  mitWheel({ name: 'sklearn', version: '1.0' }),
  mitWheel({ name: 'acme-tool', version: '1.0' }),
  TAKEN_BACK,
  mitWheel({
    name: 'hooked',
    version: '1.0',
    extraMembers: { 'hooked-1.0.data/data/etc/jupyter/hooked.json': '{}' },
  }),
  { filename: 'source_only-1.0.tar.gz', bytes: Buffer.from('not a real one') },
];

const POLICY = policyFor(
  [
    'ranged >=1,<3',
    'fresh',
    'newborn',
    'relicensed',
    'pulled',
    'detour',
    'early',
    'parent',
    'orphan',
    'taken-back',
    'source-only',
    'hooked',
  ],
  {
    sources: '{ pypi: { kind: pypi }, internal: { kind: pypi, claims: ["acme-*"] } }',
    deny: ['{ name: sklearn, reason: not the library, instead: scikit-learn }'],
  },
);

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({ artifacts: ARTIFACTS });
  service = await startService({ upstream: index.url, policy: POLICY });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

interface Row {
  readonly ask: string;
  readonly sentence: Sentence;
}

const NOT_ASKED_FOR = {
  code: 'closure/not-needed',
  value: 'packages.allow has no entry for it',
};

const ROWS: readonly Row[] = [
  { ask: 'stranger', sentence: { project: 'stranger', version: '2.0', ...NOT_ASKED_FOR } },
  { ask: 'stranger==1.0', sentence: { project: 'stranger', version: '1.0', ...NOT_ASKED_FOR } },
  {
    ask: 'nonesuch',
    sentence: {
      project: 'nonesuch',
      code: 'closure/not-needed',
      value: 'upstream has no project nonesuch',
    },
  },
  {
    ask: 'ranged==3.0',
    sentence: { project: 'ranged', version: '3.0', code: 'version/out-of-range', value: '>=1,<3' },
  },
  {
    ask: 'fresh==2.0',
    sentence: { project: 'fresh', version: '2.0', code: 'age/too-young', value: IN_SIX_DAYS },
  },
  {
    ask: 'newborn',
    sentence: { project: 'newborn', version: '1.0', code: 'age/too-young', value: IN_SIX_DAYS },
  },
  {
    ask: 'relicensed==2.0',
    sentence: {
      project: 'relicensed',
      version: '2.0',
      code: 'license/not-allowed',
      value: 'GPL-3.0-only',
    },
  },
  {
    ask: 'pulled==2.0',
    sentence: {
      project: 'pulled',
      version: '2.0',
      code: 'yanked/new',
      value: 'loscht - everything',
    },
  },
  {
    ask: 'detour==2.0',
    sentence: {
      project: 'detour',
      version: '2.0',
      code: 'dependency/direct-url',
      value: 'evil @ https://evil.test/',
    },
  },
  {
    ask: 'early==2.0rc1',
    sentence: {
      project: 'early',
      version: '2.0rc1',
      code: 'prerelease/denied',
      value: 'versions.prereleases is deny',
    },
  },
  {
    ask: 'parent==2.0',
    sentence: {
      project: 'parent',
      version: '2.0',
      code: 'closure/unmet',
      value: 'leaves out every version of ranged>=3',
    },
  },
  {
    ask: 'orphan',
    sentence: {
      project: 'orphan',
      version: '1.0',
      code: 'closure/unmet',
      value: 'upstream has no project nowhere',
    },
  },
  {
    // Found out only when the bytes are there: the first who asks reads it too.
    ask: 'hooked',
    sentence: {
      project: 'hooked',
      version: '1.0',
      code: 'notebook/hook',
      value: 'is loaded by Jupyter by itself',
    },
  },
  {
    ask: 'sklearn',
    sentence: {
      project: 'sklearn',
      code: 'package/denied',
      value: 'use scikit-learn instead: not the library',
    },
  },
  {
    ask: 'acme-tool',
    sentence: { project: 'acme-tool', code: 'package/claimed', value: 'the source internal only' },
  },
  {
    ask: 'source-only',
    sentence: {
      project: 'source-only',
      version: '1.0',
      code: 'format/denied',
      value: 'versions.formats.sdist is deny',
    },
  },
];

describe.for(ALL_CLIENTS)('$name says why', (client) => {
  test.for(ROWS)('$ask is refused: $sentence.code', async ({ ask, sentence }) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    await expectRefusal(await notebook.install(ask), service.url, sentence);
    expect(await notebook.installed()).toEqual({});
  });

  test('a version that only another package pins is refused', async () => {
    await using notebook = await openNotebook(client, service.indexUrl);
    const { filename, bytes } = mitWheel({
      name: 'mine',
      version: '1.0',
      requiresDist: ['ranged ==3.0'],
    });
    await writeFile(join(notebook.directory, filename), bytes);
    await expectRefusal(await notebook.install(`./${filename}`), service.url, {
      project: 'ranged',
      version: '3.0',
      code: 'version/out-of-range',
      value: '>=1,<3',
    });
  });

  // pip prints no yank reason while it resolves, so a range shows only which versions are passed over.
  test.for([
    ['ranged >=3', '3.0', 'version/out-of-range'],
    ['parent >=2', '2.0', 'closure/unmet'],
  ] as const)('%s has only the refused %s', async ([ask, version, code]) => {
    await using notebook = await openNotebook(client, service.indexUrl);
    const ran = await notebook.install(ask);
    const [project = ''] = ask.split(' ');
    expect(ran.status).not.toBe(0);
    const listed = `(from versions: 1.0, ${version})`;
    const ignored = `Ignored the following yanked versions: ${version}`;
    const yanked = `${project}==${version} was yanked (reason: ${project} ${version} `;
    expect(ran.said).toContain(
      {
        pip: ignored,
        'pip 24.2': ignored,
        'pip 23.2.1': listed,
        'pip 22.0.4': listed,
        uv: yanked,
        'uv 0.9.4': yanked,
      }[client.name],
    );
    await expectReason(`${service.url}/why/pypi/${project}/${version}`, code);
  });

  // Which versions there are is unknown: upstream has none, or must not be asked. The tombstone says it by its version.
  test.for(['nonesuch', 'sklearn', 'acme-tool'])(
    'a pin of %s meets no version',
    async (project) => {
      await using notebook = await openNotebook(client, service.indexUrl);
      const ran = await notebook.install(`${project}==1.0`);
      expect(ran.status).not.toBe(0);
      expect(ran.said).toContain(
        client.tool === 'uv'
          ? `there is no version of ${project}==1.0`
          : '(from versions: 0+not.approved.by.policy)',
      );
    },
  );

  test('an older version is taken where no version is asked for', async () => {
    await using notebook = await openNotebook(client, service.indexUrl);
    expectSuccess(
      await notebook.install(
        'ranged',
        'fresh',
        'relicensed',
        'pulled',
        'detour',
        'early',
        'parent',
      ),
    );
    const versions = new Set(Object.values(await notebook.installed()));
    expect(versions).toEqual(new Set(['1.0']));
  });
});

test('what is revoked after a lock file was written is refused with the reason', async () => {
  const lock = `taken-back==1.0 --hash=sha256:${TAKEN_BACK.sha256}\n`;
  await using notebooks = await openNotebooks(ALL_CLIENTS, service.indexUrl);
  for (const notebook of notebooks.all) {
    await writeFile(join(notebook.directory, 'lock.txt'), lock);
    expectSuccess(await notebook.install('-r', 'lock.txt'));
  }
  const revoked = await service.gatehouse(
    'revoke',
    'taken-back==1.0',
    '--reason',
    'sends keys away',
  );
  expectSuccess(revoked);
  await expectWithin(2000, async () => {
    const why = await fetch(`${service.url}/why/pypi/taken-back/1.0`);
    return (await why.text()).includes('revoked/release');
  });
  for (const notebook of notebooks.all) {
    await rm(notebook.cache, { recursive: true });
    await expectRefusal(await notebook.install('-r', 'lock.txt'), service.url, {
      project: 'taken-back',
      version: '1.0',
      code: 'revoked/release',
      value: 'sends keys away',
    });
  }
});

test('a project of which nothing may be listed is never asked for upstream', () => {
  expect(index.countOf(/sklearn|acme-tool/)).toBe(0);
});
