import type { BuildScript } from '../../model/contents.ts';
import { judgeContents } from './content.ts';
import { contentsOf, isOfConda, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** A source distribution runs code while it is installed, and what that installs nobody has seen. */
export const build: Rule = {
  id: 'build',
  stage: 'contents',
  codes: [
    {
      code: 'build/code',
      meaning:
        'It is a source distribution: installing it runs its build, and what that installs is not known.',
    },
    {
      code: 'build/unknown',
      meaning: 'Its contents were not read, so that nobody knows what its build runs.',
    },
  ],
  judge,
};

const KINDS = {
  'setup-py': 'a script',
  backend: 'a build backend',
  'in-tree-backend': 'a build backend of its own',
  requirement: 'is installed before',
} as const satisfies Record<BuildScript['kind'], string>;

function* judge(input: RuleInput): Generator<Statement> {
  const { evidence } = input;
  if (evidence?.kind === 'wheel' || isOfConda(input)) return;
  const scripts = contentsOf(input)?.buildScripts;
  if (evidence === undefined || scripts === undefined) {
    const message = `${describeSubject(input)} may run code while it is installed: its contents were not read`;
    yield { code: 'build/unknown', verdict: 'deny', message };
    return;
  }
  // A script may run any file of its sources, so that only the digest of all of them means what runs.
  const { sha256 } = evidence;
  yield* judgeContents(input, {
    key: 'build',
    code: 'build/code',
    what: 'runs code while it is installed, and what that installs is not known',
    items: scripts
      .filter(({ kind }) => kind !== 'requirement')
      .map(({ value }) => ({ text: quote(value), sha256 })),
    evidence: [
      `sha256 ${sha256}`,
      ...scripts.map(({ kind, value }) => `${quote(value)}: ${KINDS[kind]}`),
    ],
  });
}
