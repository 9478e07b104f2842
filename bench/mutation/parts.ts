/** A part of the source, and the tests that must notice when it is changed. */
export interface Part {
  readonly name: string;
  /** Paths and patterns, from the top of the repository. */
  readonly source: readonly string[];
  readonly tests: readonly string[];
}

/** What a wrong answer of would let through what must be refused. All unit tests: those of services take too long. */
export const PARTS: readonly Part[] = [
  {
    name: 'zip',
    source: [
      'src/validation/archives/{zip,zip-central,zip-end,zip-extra,zip-limits,zip-member,zip-tiling}.ts',
      'src/validation/archives/{near,member-name}.ts',
    ],
    tests: ['test/validation/archives/{zip,zip-edges,near}.test.ts'],
  },
  {
    name: 'tar',
    source: ['src/validation/archives/{tar*,gzip}.ts'],
    tests: ['test/validation/archives/{tar,tar-edges}.test.ts'],
  },
  {
    name: 'streams',
    source: ['src/validation/archives/{ahead,feed,zip-stream,stream-limits,bzip2*,zstd*}.ts'],
    tests: ['test/validation/archives/{zip-stream,zip-stream-edges,bzip2,zstd}.test.ts'],
  },
  {
    name: 'refusals',
    source: ['src/validation/archives/refusals.ts'],
    tests: [
      'test/validation/archives/{zip,zip-edges,tar}.test.ts',
      'test/validation/evidence/{sdist,wheel}.test.ts',
    ],
  },
  {
    name: 'judge',
    source: ['src/validation/judge.ts'],
    tests: ['test/validation/judge.test.ts'],
  },
  {
    name: 'closure',
    source: ['src/validation/close.ts', 'src/validation/closure/**/*.ts'],
    tests: ['test/validation/close*.test.ts', 'test/validation/closure/*.test.ts'],
  },
  {
    name: 'license',
    source: ['src/validation/rules/license*.ts', 'src/validation/license-terms.ts'],
    tests: ['test/validation/rules/license*.test.ts', 'test/validation/license-terms.test.ts'],
  },
];
