import { CONTENTS_LISTED } from '../../model/contents.ts';
import { judgeContents } from './content.ts';
import type { RuleInput, Statement, TakenName } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** What `content.collisions` says of names that other projects have; the part of the rule `module` about them. */
export function* judgeTakenNames(input: RuleInput): Generator<Statement> {
  const taken = input.history.taken ?? [];
  const commands = taken.filter(({ kind }) => kind === 'command');
  const modules = taken.filter(({ kind, name }) => kind === 'module' && !STRAY.test(name));
  const stray = taken.filter(({ kind, name }) => kind === 'module' && STRAY.test(name));
  yield* claim(input, { code: 'module/taken', kind: 'modules', taken: modules });
  yield* claim(input, { code: 'module/command-taken', kind: 'commands', taken: commands });
  if (stray.length === 0) return;
  const texts = stray.map(describe).slice(0, CONTENTS_LISTED);
  const message = `${describeSubject(input)} has folders that other packages have too: ${listSome(texts)}`;
  yield { code: 'module/shared-folder', verdict: 'approve', message, evidence: texts };
}

/**
 * What lies at the top of a wheel by oversight: no program imports it, and honest packages have the same ones. `tests`
 * of two packages is one folder afterwards.
 */
const STRAY = /^(?:__init__|benchmarks?|conftest|docs?|examples?|samples?|setup|tests?)(?:\.|$)/;

function* claim(
  input: RuleInput,
  {
    code,
    kind,
    taken,
  }: {
    readonly code: Statement['code'];
    readonly kind: string;
    readonly taken: readonly TakenName[];
  },
): Generator<Statement> {
  const evidence = taken.map(describe).slice(0, CONTENTS_LISTED);
  const items = evidence.map((text) => ({ text }));
  const what = `has ${kind} of other packages that were admitted before`;
  yield* judgeContents(input, { key: 'collisions', code, what, items, evidence });
}

function describe({ name, project }: TakenName): string {
  return `${quote(name)} (${project})`;
}
