import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { findMatchSpec, matchesRecord } from '../../../src/ecosystems/conda/match-spec.ts';
import { findVersionSpec, matchesVersion } from '../../../src/ecosystems/conda/version-spec.ts';
import { compareCondaVersions, findCondaVersion } from '../../../src/ecosystems/conda/versions.ts';
import { findSharedData } from '../../fixtures/shared-data.ts';
import { hasConda, startCondaOracle } from './conda-oracle.ts';

type Kind = 'order' | 'spec' | 'match';

interface Difference {
  readonly kind: Kind;
  readonly reason: string;
  /** Which clients answer otherwise than we do. */
  readonly clients: readonly ('conda' | 'rattler')[];
  readonly explains: (asked: Asked) => boolean;
}

/** One answer of ours and of a client; null: the text is refused, or nothing can be said. */
interface Asked {
  readonly kind: Kind;
  readonly text: string;
  /** The other version, or the version or the build that was asked about. */
  readonly other: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** Every difference from conda and rattler; everything else agrees. */
const DIFFERENCES: readonly Difference[] = [
  {
    kind: 'order',
    reason: 'a star is a character of a version to conda alone',
    clients: ['conda'],
    explains: ({ text, other, ours }) => ours === null && `${text} ${other}`.includes('*'),
  },
  {
    kind: 'order',
    reason: 'rattler refuses an underscore alone, and digits above its largest integer',
    clients: ['rattler'],
    explains: ({ text, other, theirs }) =>
      theirs === null && [text, other].some((one) => /^_$|[0-9]{20}/.test(one)),
  },
  {
    kind: 'spec',
    reason: 'conda crashes on an empty spec',
    clients: ['conda'],
    explains: ({ text, ours, theirs }) =>
      text.trim() === '' && ours === null && String(theirs).startsWith('crash: '),
  },
  {
    kind: 'spec',
    reason: 'rattler drops zeros at the end of a prefix',
    clients: ['rattler'],
    explains: ({ text, ours }) => text === '=1.8.0' && ours === false,
  },
  {
    kind: 'spec',
    reason: 'rattler wants the last word of a prefix whole',
    clients: ['rattler'],
    explains: ({ text, ours }) => text === '=1.8+l' && ours === true,
  },
  {
    kind: 'spec',
    reason: 'we say nothing of forms that clients read in different ways, or that hold patterns',
    clients: ['conda', 'rattler'],
    explains: ({ text, ours }) => UNSUPPORTED.includes(text) && ours === null,
  },
  {
    kind: 'match',
    reason: 'conda tells apart the cases of a build, rattler does not: we say nothing',
    clients: ['conda', 'rattler'],
    explains: ({ text, ours }) => /^pkg 1\.8 (?:bar|B)$/.test(text) && ours === null,
  },
  {
    kind: 'match',
    reason: 'conda drops parentheses at the end, rattler reads them: we refuse',
    clients: ['conda', 'rattler'],
    explains: ({ text, ours }) => text.endsWith(')') && ours === null,
  },
  {
    kind: 'match',
    reason: 'two stars: conda reads a pattern, rattler the first of them',
    clients: ['conda', 'rattler'],
    explains: ({ text, ours }) => text === 'pytorch 1.*.*' && ours === null,
  },
];

const data = findSharedData('conda');
const channels = ['linux-64', 'linux-aarch64', 'noarch', 'osx-arm64'].map(
  (subdir) => `conda-forge-sample/${subdir}`,
);
const found = data === undefined ? [] : [...channels, 'pytorch/linux-64'].flatMap(readRecords);
// Numbers and letters that real versions seldom have.
const ODD = [
  '1.0_',
  '1.0rc1',
  '1.0.rc1',
  '1.0dev',
  '1.0.dev1',
  '1.0post1',
  '1.0.post1',
  '1!1.0',
  '1.0+a',
  '1.0+a.1',
  '1.0+0',
  '1-',
  '1.',
  '1..2',
  '_',
  '1.0-1',
  '1_0',
  '1-0_1',
  '1!',
  '+1',
  '1.8rc1',
  '1.08',
  '0.0',
  '0',
  'a',
  'dev',
  'post',
  '1.0*',
  '1a0b',
  '1a',
  '1a0',
  '1.1.0rc1',
  '1.1rc1',
  '1.1.rc1',
  '2147483647',
  '2147483648',
  '99999999999999999999',
  '1.0DEV',
  '1.0A',
];

test.skipIf(!hasConda() || data === undefined)(
  'conda and rattler order versions as we do, but for the listed differences',
  async () => {
    await expectAgreement('order', orderQuestions());
  },
);
test.skipIf(!hasConda() || data === undefined)(
  'conda and rattler match versions as we do, but for the listed differences',
  async () => {
    await expectAgreement('spec', specQuestions());
  },
);
test.skipIf(!hasConda() || data === undefined)(
  'conda and rattler match records as we do, but for the listed differences',
  async () => {
    await expectAgreement('match', matchQuestions());
  },
);

type Question = readonly [kind: string, ...details: readonly unknown[]];

interface Case {
  readonly question: Question;
  readonly asked: readonly Omit<Asked, 'theirs'>[];
}

/** Asks both clients, and wants every answer of theirs to be ours or to be explained by a line of the table. */
async function expectAgreement(kind: Kind, cases: readonly Case[]): Promise<void> {
  await using oracle = startCondaOracle();
  const answers = await oracle.ask(cases.map(({ question }) => question));
  const rows = DIFFERENCES.filter((row) => row.kind === kind);
  const needed = new Set<Difference>();
  const unexplained = cases.flatMap(({ asked }, index) =>
    (['conda', 'rattler'] as const).flatMap((client, which) => {
      const answer = answers[index]?.[which] ?? null;
      return asked.flatMap((one, at) => {
        const theirs: unknown = Array.isArray(answer) ? (answer[at] ?? null) : answer;
        if (theirs === one.ours) return [];
        const row = rows.find(
          ({ clients, explains }) => clients.includes(client) && explains({ ...one, theirs }),
        );
        if (row === undefined) return [{ client, ...one, theirs }];
        needed.add(row);
        return [];
      });
    }),
  );
  expect(unexplained.slice(0, 10)).toEqual([]);
  // A line of the table that nothing needs any more must go.
  expect(rows.filter((row) => !needed.has(row))).toEqual([]);
  const given = cases.flatMap(({ asked }) => asked.filter(({ ours }) => ours !== null));
  expect(given.length).toBeGreaterThan(kind === 'order' ? 20_000 : 10_000);
}

function orderQuestions(): readonly Case[] {
  const versions = [...new Set(found.map(({ version }) => version))];
  const texts = [...ODD, ...versions];
  const pairs = texts.flatMap((left, index) =>
    Array.from({ length: 14 }, (_, step) => {
      // Near ones are of one project mostly, far ones are not.
      const other = step < 7 ? index + step : index * 31 + step * 97;
      return [left, texts[other % texts.length] ?? ''] as const;
    }),
  );
  const odd = ODD.flatMap((left) => ODD.map((right) => [left, right] as const));
  return [...pairs, ...odd].map(([left, right]) => {
    const [a, b] = [findCondaVersion(left), findCondaVersion(right)];
    const ours = a && b ? compareCondaVersions(a, b) : null;
    return {
      question: ['order', left, right],
      asked: [{ kind: 'order', text: left, other: right, ours }],
    };
  });
}

const CLAUSES = [
  '1.8',
  '=1.8',
  '==1.8',
  '1.8.*',
  '=1.8.*',
  '==1.8.*',
  '!=1.8',
  '!=1.8.*',
  '1.8*',
  '>=1.8.*',
  '<1.8.*',
  '<=1.8.*',
  '~=1.8',
  '~=1.8.1',
  '*',
  '(1.8|1.7)',
  '(>=1.8,<2)|1.0',
  '>=1.8, <2',
  '>= 1.8',
  '1.8|',
  '|1.8',
  '1.8,',
  '',
  ' ',
  '()',
  '(1.8',
  '>=',
  '=',
  '<>1.8',
  '=>1.8',
  '===1.8',
  '1.8,1.8',
  '1.8 | 1.7',
  '1.8.*|1.7.*,>1',
  '((1.8))',
  '>=1.8|<1,>0.5',
  '1.8 1.7',
  '!1.8',
  '1.8,*',
  '=1.8.0',
  '=1.0',
  '1.8+loc',
  '=1.8+loc',
  '=1.8+l',
  '1.8._*',
  '=1.8a',
  '1.8a*',
  '=1.8.',
  '1.8_*',
  '=1.8_',
  '3.1*',
  '>1.8.0,!=1.8.1',
  '>1.8.',
  '>=1!1.8',
  '=1.8.dev',
  '~=1.8.dev1',
  '~=1!1.8',
  '1.8=',
  '1.8.*,',
  '==1.8=0',
  '<2.0.0a0',
  '>=1.8.0rc1',
  '!=1.8.1',
];

/** Forms of which we say only that they cannot be said: conda, rattler and their own match specs disagree. */
const UNSUPPORTED = [
  '!=1.8*',
  '=1.8*',
  '==1.8*',
  '>1.8.*',
  '>=1.8*',
  '~=1.8.*',
  '~=1',
  '=*',
  '==*',
  '>=*',
  '!=*',
  '1.*.3',
  '1.8.**',
  '^1.*$',
  '1.8.*.*',
  '*.8',
  '*1.8',
];

function specQuestions(): readonly Case[] {
  const real = found.flatMap(({ depends }) => depends.map((text) => text.split(' ')[1] ?? '*'));
  const near = [...new Set(found.map(({ version }) => version))];
  const texts = [...CLAUSES, ...UNSUPPORTED, ...new Set(real)].slice(0, 900);
  return texts.map((text, index) => {
    const spec = findVersionSpec(text);
    const versions = [
      '1',
      '1.0',
      '1.7',
      '1.8',
      '1.8.0',
      '1.8.1',
      '1.8rc1',
      '1.8a',
      '1.80',
      '1.0rc1',
      '1.8_',
      '1.8+loc',
      '1!1.8',
      '1.8.dev1',
      '2',
      '2.0.0a0',
      '3.1',
      '3.10',
      '3.1.5',
      ...Array.from(
        { length: 6 },
        (_, step) => near[(index * 17 + step * 211) % near.length] ?? '',
      ),
    ];
    return {
      question: ['spec', text, versions],
      asked: versions.map((other) => {
        const version = findCondaVersion(other);
        const ours = spec && version ? (matchesVersion(spec, version) ?? null) : null;
        return { kind: 'spec', text, other, ours };
      }),
    };
  });
}

const SPECS = [
  'pkg',
  'pkg 1.8',
  'pkg =1.8',
  'pkg=1.8',
  'pkg==1.8',
  'pkg=1.8=b',
  'pkg =1.8=b',
  'pkg==1.8=b',
  'pkg 1.8 b',
  'pkg =1.8 b',
  'pkg 1.8.* *',
  'pkg * b',
  'pkg 1.8 py*',
  'pkg>=1.8',
  'pkg >=1.8, <2',
  'pkg >=1.8,<2 b',
  'pkg[version=1.8]',
  'pkg[version="=1.8"]',
  'pkg[build_number=1]',
  "pkg[version='>=1.8,<2',build=b]",
  'pkg[build_number=">=1"]',
  'pkg[subdir=linux-64]',
  'PKG',
  'pkg * *',
  'pkg 1.8 bar',
  'pkg 1.8=b',
  'pkg >=1.8=b',
  'pkg=1.8.*=b',
  'pkg=*=b',
  'pkg=1.8=*',
  'pkg =1.8.*',
  'pkg 1.8|1.8.1',
  'pkg 1.8 | 1.8.1',
  'pkg 1.8 *_1',
  'pkg[foo=bar]',
  'pkg~=1.8',
  'pkg!=1.8',
  'pkg 1.8 b[build_number=0]',
  'pkg 2[version=1.8]',
  'pkg <2',
  'pkg<2',
  'pkg=1.8|2',
  'pkg=1.8,<3',
  '__glibc >=2.17,<3.0.a0',
  '_x86_64-microarch-level >=1',
  'pkg >= 1.8',
  'pkg = 1.8',
  'pkg > 1.8 b',
  'pkg[]',
  'pkg [version=1.8]',
  'pkg  1.8  b',
  'pkg==',
  'pkg=1.8*',
  'pkg 1.8*',
  'pkg =1.8*',
  'pkg ==1.8.*',
  'pkg==1.8.*',
  'pkg 1.8,',
  'pkg >=1.8,<2,',
  'pkg 1.8 B',
  'pkg (1.8|2)',
  'pkg 1.8 *0',
  'pkg 1.8 p*_*',
  'pkg 1.8 *py38_0*',
  'pkg 1.8 b*b',
  'other',
];

function matchQuestions(): readonly Case[] {
  const made = ['1.8 b 0', '1.8.1 b 0', '1.8 py38_0 0', '1.8 BAR 1', '2 b_1 1'].map((text) => {
    const [version = '', build = '', number] = text.split(' ');
    return { name: 'pkg', version, build, build_number: Number(number), subdir: 'linux-64' };
  });
  const real = [...new Set(found.flatMap(({ depends }) => depends))];
  const ofName = Map.groupBy(found, ({ name }) => name);
  const cases = [
    ...SPECS.map((text) => ({ text, records: made })),
    ...real.map((text, index) => ({
      text,
      records: (ofName.get(/^[^ =<>!~[]+/.exec(text)?.[0] ?? '') ?? [])
        .filter((_, at) => (at + index) % 3 === 0)
        .slice(0, 12)
        .map(({ name, version, build, build_number, subdir }) => ({
          name,
          version,
          build,
          build_number,
          subdir,
        })),
    })),
  ];
  return cases.map(({ text, records }) => {
    const spec = findMatchSpec(text);
    return {
      question: ['match', text, records],
      asked: records.map((record) => ({
        kind: 'match',
        text,
        other: record.build,
        ours: spec
          ? (matchesRecord(spec, { ...record, buildNumber: record.build_number }) ?? null)
          : null,
      })),
    };
  });
}

interface FoundRecord {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly build_number: number;
  readonly subdir: string;
  readonly depends: readonly string[];
}

function readRecords(folder: string): readonly FoundRecord[] {
  const repodata: Readonly<Record<string, Readonly<Record<string, FoundRecord>>>> = JSON.parse(
    readFileSync(join(data ?? '', folder, 'repodata.json'), 'utf8'),
  );
  return [repodata['packages'], repodata['packages.conda']].flatMap((group) =>
    Object.values(group ?? {}),
  );
}
