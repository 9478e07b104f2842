import type { LinkScript } from '../../model/contents.ts';
import { judgeContents } from './content.ts';
import { contentsOf, isOfConda, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** What a client runs or obeys by itself, at install or activation, must be something that a person has looked at. */
export const condaScripts: Rule = {
  id: 'conda-scripts',
  stage: 'contents',
  codes: [
    {
      code: 'conda-scripts/script',
      meaning:
        'Clients of conda packages run or obey a file of it by themselves: while it is linked, whenever its environment is activated, in the menu of the desktop, or as settings.',
    },
    {
      code: 'conda-scripts/unknown',
      meaning: 'Its contents were not read, so that nobody knows what would be run.',
    },
  ],
  judge,
};

const KINDS = {
  link: 'run while it is installed or removed',
  activate: 'run at every activation',
  variables: 'sets variables at every activation',
  menu: 'an entry of the menu',
  settings: 'settings of conda, pip or Python',
} as const satisfies Record<LinkScript['kind'], string>;

function* judge(input: RuleInput): Generator<Statement> {
  if (!isOfConda(input)) return;
  const scripts = contentsOf(input)?.linkScripts;
  if (scripts === undefined) {
    const message = `${describeSubject(input)} may run code while it is installed: its contents were not read`;
    yield { code: 'conda-scripts/unknown', verdict: 'deny', message };
    return;
  }
  yield* judgeContents(input, {
    key: 'link-scripts',
    code: 'conda-scripts/script',
    what: 'has files that clients run or obey by themselves',
    items: scripts.map(({ path, sha256 }) => ({ text: quote(path), sha256 })),
    evidence: scripts.map(({ path, kind, sha256 }) => `${quote(path)}: ${KINDS[kind]} (${sha256})`),
  });
}
