import { isStandardModule } from '../../ecosystems/pypi/standard-library.ts';
import { NAMES_LISTED } from '../../model/contents.ts';
import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { pythonTargets } from '../../model/target.ts';
import { isOfConda, isOfSources, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';
import { judgeTakenNames } from './taken-names.ts';

/** A package must not take the names of what Python itself brings, nor those of another package. */
export const moduleRule: Rule = {
  id: 'module',
  stage: 'contents',
  codes: [
    {
      code: 'module/shadows-standard-library',
      meaning: 'It has a top-level module that the standard library of a declared Python has too.',
    },
    {
      code: 'module/too-many',
      meaning: 'It has more top-level modules than are read, so that nobody knows all of them.',
    },
    {
      code: 'module/taken',
      meaning: 'It has a module that another admitted project has.',
    },
    {
      code: 'module/command-taken',
      meaning: 'It has a command that another admitted project has.',
    },
    {
      code: 'module/shared-folder',
      meaning:
        'It has a folder such as `tests` at the top that another admitted project has; this finding approves.',
    },
    {
      code: 'module/unknown',
      meaning: 'Its contents were not read, so that nobody knows what becomes importable.',
      since: EXTRACTOR_OF_CONTENTS,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  if (isOfSources(input) || isOfConda(input)) return;
  const { policy, evidence } = input;
  const modules = evidence?.kind === 'wheel' ? evidence.contents?.modules : undefined;
  const who = describeSubject(input);
  if (modules === undefined) {
    const message = `${who} may take names of other modules: its contents were not read`;
    yield { code: 'module/unknown', verdict: 'deny', message };
    return;
  }
  if (modules.length >= NAMES_LISTED) {
    const message = `${who} has ${NAMES_LISTED} or more top-level modules: not all of them are known`;
    yield { code: 'module/too-many', verdict: 'deny', message };
  }
  const minors = [
    ...new Set(pythonTargets(policy.targets).map(({ python }) => Number(python.split('.')[1]))),
  ];
  const shadowed = modules.filter((name) => minors.some((minor) => isStandardModule(name, minor)));
  if (shadowed.length > 0) {
    yield {
      code: 'module/shadows-standard-library',
      verdict: 'deny',
      message: `${who} has modules that Python itself brings: ${listSome(shadowed.map(quote))}`,
      policy: policy.targetsPlace,
      evidence: shadowed.map(quote),
    };
  }
  yield* judgeTakenNames(input);
}
