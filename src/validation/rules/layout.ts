import type { LayoutFault } from '../../model/contents.ts';
import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { isOfConda, isOfSources, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** The wheel must be laid out so that every client installs the same, and only where it may. */
export const layout: Rule = {
  id: 'layout',
  stage: 'contents',
  codes: [
    {
      code: 'layout/data-key',
      meaning: 'Its `.data` folder has a key that no specification knows.',
    },
    {
      code: 'layout/environment',
      meaning:
        'Its `.data` folder would replace settings of the environment that it is installed into.',
    },
    {
      code: 'layout/metadata',
      meaning: 'It brings the metadata of another distribution, which would count as installed.',
    },
    {
      code: 'layout/entry-points',
      meaning: 'Its `entry_points.txt` cannot be read, or declares a command that is no name.',
    },
    {
      code: 'layout/script-name',
      meaning: 'A script of its `.data` folder has a name that is none.',
    },
    {
      code: 'layout/interpreter',
      meaning: 'A command of it would replace the Python interpreter.',
    },
    {
      code: 'layout/unknown',
      meaning: 'Its contents were not read, so that nobody knows where they would be installed.',
      since: EXTRACTOR_OF_CONTENTS,
    },
  ],
  judge,
};

const CODES = {
  'data-key': ['layout/data-key', 'has keys in its .data folder that no specification knows'],
  'environment-file': ['layout/environment', 'would replace settings of its environment'],
  'other-metadata': ['layout/metadata', 'brings the metadata of other distributions'],
  'entry-points-unreadable': ['layout/entry-points', 'has an entry_points.txt that cannot be read'],
  'entry-point-name': ['layout/entry-points', 'declares commands whose names are none'],
  'script-name': ['layout/script-name', 'has scripts whose names are none'],
  'interpreter-name': ['layout/interpreter', 'would replace the Python interpreter'],
} as const satisfies Record<LayoutFault['fault'], readonly [string, string]>;

function* judge(input: RuleInput): Generator<Statement> {
  if (isOfSources(input) || isOfConda(input)) return;
  const faults = input.evidence?.kind === 'wheel' ? input.evidence.contents?.layout : undefined;
  const who = describeSubject(input);
  if (faults === undefined) {
    const message = `${who} may be installed where it must not: its contents were not read`;
    yield { code: 'layout/unknown', verdict: 'deny', message };
    return;
  }
  for (const [fault, found] of Map.groupBy(faults, (one) => one.fault)) {
    const [code, what] = CODES[fault];
    const evidence = found.map(({ path, value }) => `${quote(path)}: ${quote(value)}`);
    const message = `${who} ${what}: ${listSome(found.map(({ path, value }) => quote(value || path)))}`;
    yield { code, verdict: 'deny', message, evidence };
  }
}
