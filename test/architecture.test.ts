import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import process from 'node:process';

import { describe, expect, test } from 'vitest';

import { ERROR_CODES } from '../src/model/errors.ts';

interface Layer {
  /** Folders of src whose files it may import besides its own; types count too. */
  readonly knows: readonly string[];
  /** Packages and Node modules that it may import. */
  readonly uses: readonly string[];
  /** No I/O, no clock, no chance: what it says follows from its arguments alone. */
  readonly pure?: true;
}

const STANDARDS = ['ecosystems', 'ecosystems/conda', 'ecosystems/pypi', 'ecosystems/spdx'];
const VALIDATION = [
  'validation',
  'validation/archives',
  'validation/closure',
  'validation/evidence',
  'validation/evidence/inspectors',
  'validation/provenance',
  'validation/rules',
];
const FACTS = ['model', ...STANDARDS];
const APPLICATION = [...FACTS, 'policy', ...VALIDATION, 'upstream', 'store', 'ledger'];

/** What it takes to ask an index under limits, and pip on this host which index that is. */
const ASKING = ['node:dns', 'node:dns/promises', 'node:net', 'node:tls', 'undici']
  .concat(['node:child_process', 'node:fs/promises', 'node:util'])
  .concat(['node:crypto', 'node:timers/promises', 'node:zlib', 'zod'])
  .concat(['node:path', 'node:url']);

/** Who may import whom. A new folder needs a row here and a line in docs/architecture.md. */
const LAYERS: Readonly<Record<string, Layer>> = {
  model: { knows: [], uses: [], pure: true },
  ecosystems: { knows: ['model', 'ecosystems/conda', 'ecosystems/pypi'], uses: [], pure: true },
  'ecosystems/pypi': { knows: ['model'], uses: ['smol-toml'], pure: true },
  'ecosystems/conda': {
    knows: ['model'],
    uses: ['node:buffer', 'node:timers/promises', 'node:zlib'],
    pure: true,
  },
  'ecosystems/spdx': {
    knows: ['model'],
    uses: ['spdx-exceptions', 'spdx-license-ids', 'spdx-license-list'],
    pure: true,
  },
  policy: { knows: FACTS, uses: ['node:crypto', 'yaml', 'zod'], pure: true },
  validation: {
    knows: [...FACTS, 'policy', 'validation/closure', 'validation/rules'],
    uses: [],
    pure: true,
  },
  'validation/rules': { knows: [...FACTS, 'policy', 'validation'], uses: [], pure: true },
  'validation/closure': {
    knows: ['model', 'ecosystems', 'ecosystems/pypi'],
    uses: [],
    pure: true,
  },
  'validation/archives': {
    knows: ['model'],
    uses: ['node:stream', 'node:timers/promises', 'node:zlib'],
  },
  'validation/evidence/inspectors': { knows: [...FACTS], uses: [], pure: true },
  'validation/evidence': {
    knows: [...FACTS, 'validation/archives', 'validation/evidence/inspectors'],
    uses: ['node:crypto'],
  },
  'validation/provenance': {
    knows: ['model', 'ecosystems/pypi'],
    uses: [
      '@sigstore/bundle',
      '@sigstore/protobuf-specs',
      '@sigstore/verify',
      'node:crypto',
      'zod',
    ],
    pure: true,
  },
  upstream: {
    knows: FACTS,
    uses: ASKING,
  },
  store: { knows: FACTS, uses: ['node:crypto', 'node:fs', 'node:fs/promises', 'node:path', 'zod'] },
  ledger: { knows: [...FACTS, 'store'], uses: ['node:crypto', 'zod'] },
  mirror: {
    knows: APPLICATION,
    uses: ['node:crypto', 'node:fs/promises', 'node:path', 'node:timers/promises'].concat([
      'node:worker_threads',
      'pino',
      'zod',
    ]),
  },
  proxy: {
    knows: [...FACTS, 'mirror', 'ui'],
    uses: [
      'fastify',
      'node:crypto',
      'node:http',
      'node:stream/promises',
      'node:timers/promises',
      'node:util',
      'node:zlib',
      'pino',
    ],
  },
  trial: {
    knows: ['model'],
    uses: ['node:child_process', 'node:fs', 'node:fs/promises', 'node:path', 'node:util', 'zod'],
  },
  ui: { knows: [...FACTS, 'mirror'], uses: ['node:crypto'] },
};

/** The files at the root of src and the commands put the parts together: they may import everything. */
const COMPOSITION = new Set(['.', 'cli']);

const IMPURE = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bTemporal\.Now\b/,
  /\bperformance\b/,
  /\bMath\.random\b/,
  /\bcrypto\.(?:getRandomValues|randomUUID)\b/,
  /\brandom(?:Bytes|UUID|Int)\b/,
  /\bprocess\b/,
  /\bfetch\(/,
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\bconsole\b/,
  /\bimport\(/,
];

const root = join(import.meta.dirname, '..');
const files = globSync('**/*.ts', { cwd: join(root, 'src') })
  .map((path) => path.replaceAll('\\', '/'))
  .toSorted();
const folders = [...new Set(files.map((path) => dirname(path)))].filter(
  (folder) => !COMPOSITION.has(folder),
);

/** A source file without its comments, which may speak of anything. */
function codeOf(path: string): string {
  return readFileSync(join(root, 'src', path), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '');
}

/** What a file imports: folders of src, packages, and Node modules. */
function importsOf(path: string): readonly string[] {
  const specifiers = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)(['"])(?<specifier>[^'"]+)\1/g;
  return [...codeOf(path).matchAll(specifiers)].map((match) => {
    const specifier = match.groups?.['specifier'] ?? '';
    if (specifier.startsWith('.')) return dirname(normalize(join(dirname(path), specifier)));
    if (specifier.startsWith('node:')) return specifier;
    return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  });
}

test('the tests run on the pinned Node, not on an older one of the machine', () => {
  expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(26);
});

test('every folder of src is in the table, and the table names no other', () => {
  expect(folders.toSorted()).toEqual(Object.keys(LAYERS).toSorted());
});

test.each([...folders, 'cli'])('docs/architecture.md says what src/%s is for', (folder) => {
  const page = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
  expect(page).toMatch(new RegExp(`^  ${folder}/ +\\S`, 'm'));
});

describe('each file imports only what its folder may', () => {
  test.each(files.filter((path) => !COMPOSITION.has(dirname(path))))('src/%s', (path) => {
    const folder = dirname(path);
    const { knows = [], uses = [] } = LAYERS[folder] ?? {};
    const allowed = new Set([folder, ...knows, ...uses]);
    expect(importsOf(path).filter((name) => !allowed.has(name))).toEqual([]);
  });
});

test.each(folders)('src/%s uses every package that the table gives it', (folder) => {
  const used = new Set(files.filter((path) => dirname(path) === folder).flatMap(importsOf));
  expect(LAYERS[folder]?.uses.filter((name) => !used.has(name))).toEqual([]);
});

describe('the pure folders neither look around nor at a clock', () => {
  test.each(files.filter((path) => LAYERS[dirname(path)]?.pure === true))('src/%s', (path) => {
    const code = codeOf(path);
    expect(IMPURE.filter((pattern) => pattern.test(code)).map(String)).toEqual([]);
  });
});

describe('every export has a name of its own, and choices are unions of literals', () => {
  test.each(files)('src/%s', (path) => {
    const refused = [
      /^export default\b/m,
      /^export \*/m,
      /^(?:export )?(?:declare )?(?:const )?enum\b/m,
    ];
    const code = codeOf(path);
    expect(refused.filter((pattern) => pattern.test(code)).map(String)).toEqual([]);
  });
});

test.each(ERROR_CODES)('the error code %s is used', (code) => {
  const listed = new Set(['model/errors.ts', 'proxy/problems.ts']);
  const users = files.filter((path) => !listed.has(path) && codeOf(path).includes(`'${code}'`));
  expect(users).not.toEqual([]);
});
