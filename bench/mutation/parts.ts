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
    name: 'archives',
    source: ['src/validation/archives/**/*.ts'],
    tests: ['test/validation/archives/*.test.ts'],
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
