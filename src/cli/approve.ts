import { isAny, parseSpecifierSet } from '../ecosystems/pypi/specifiers.ts';
import type { BroughtProject } from '../mirror/brings-along.ts';
import { GatehouseError } from '../model/errors.ts';
import type { ProjectName } from '../model/subject.ts';
import { addAllowance, type NewAllowance, type PolicyEdit } from '../policy/edit.ts';
import { parseShortEntry } from '../policy/entry.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/policy.ts';
import { findProjectDenial } from '../policy/select.ts';
import { approveFile } from './approve-file.ts';
import { withMirror } from './ask.ts';
import { describeBrought } from './brought.ts';
import { type CommandInput, type Outcome, readWords, type Words, wrongUse } from './command.ts';
import { entryRange } from './entry-range.ts';
import { readPolicyText } from './policy-file.ts';
import { asWords } from './release.ts';
import { replaceFile } from './replace-file.ts';

const USAGE = 'approve NAME [RANGE] | --requirement FILE [--dry-run] [--json]';

/**
 * `approve NAME [RANGE]`: says what an entry would make installable, and writes it into the policy file when it
 * would approve anything. Entries are only ever added. With `-r`, all that a file asks for.
 */
export async function approve(input: CommandInput): Promise<Outcome> {
  const asked = readWords(input.words, { text: USAGE, least: 0, most: 2 });
  const { names, requirements, json, dryRun } = asked;
  if ((requirements === undefined) === (names.length === 0)) throw wrongUse(USAGE);
  return requirements === undefined
    ? approveNamed(input, asked)
    : approveFile(input, { requirements, json, dryRun });
}

async function approveNamed(
  { config, say }: CommandInput,
  { names, json, dryRun }: Words,
): Promise<Outcome> {
  const wanted = parseWanted(names);
  const file = config.policyPath;
  const before = await readPolicyText(file);
  refuseDenied(loadPolicy({ text: before, file }), wanted.project);
  const draft = addAllowance(before, wanted);
  const policy = loadPolicy({ text: draft.text, file });
  say(`asking upstream what ${wanted.project} brings along …`);
  const brought = await withMirror({ config, policy, mode: 'ask' }, (mirror) =>
    mirror.bringsAlong(wanted.project),
  );
  const own = brought.find(({ project }) => project === wanted.project);
  if (own?.verdict !== 'approve') return refused({ file, json, brought });
  const edit = withRange(before, wanted, { draft, newest: own.versions[0] });
  const isNew = edit.text !== before;
  if (isNew && !dryRun) await replaceFile(file, edit.text);
  say(`${file}:${edit.line}: ${lineAt(edit)}${written({ isNew, dryRun })}`);
  const comes = brought.filter(({ verdict }) => verdict === 'approve');
  const output = json
    ? JSON.stringify(
        { file, line: edit.line, written: isNew && !dryRun, brings: comes },
        undefined,
        2,
      )
    : comes.map(describeBrought).join('\n');
  return { status: 0, output };
}

function parseWanted([name = '', range]: readonly string[]): NewAllowance {
  return asWords(() => {
    const { name: named, extras, versions } = parseShortEntry(name);
    if (!isAny(versions)) throw wrongUse(USAGE);
    if (range !== undefined) parseSpecifierSet(range);
    return { project: named.project, extras, range };
  });
}

function refuseDenied(policy: Policy, project: ProjectName): void {
  const denial = findProjectDenial(policy, project);
  if (denial === undefined) return;
  const { file, line, column } = denial.place;
  const instead = denial.instead === undefined ? '' : `; use ${denial.instead} instead`;
  throw new GatehouseError(
    'not-found',
    `${file}:${line}:${column}: ${project} is denied: ${denial.reason}${instead}; nothing written`,
  );
}

function refused(asked: {
  readonly file: string;
  readonly json: boolean;
  readonly brought: readonly BroughtProject[];
}): Outcome {
  const { file, json, brought } = asked;
  const missing = brought.filter(({ verdict }) => verdict !== 'approve');
  const output = json
    ? JSON.stringify({ file, written: false, brings: brought }, undefined, 2)
    : ['nothing written: the entry would approve nothing', ...missing.map(describeBrought)].join(
        '\n',
      );
  return { status: 1, output };
}

/** Without a range, a new entry ends before the next major version, so that a person looks at that one first. */
function withRange(
  before: string,
  wanted: NewAllowance,
  known: { readonly draft: PolicyEdit; readonly newest: string | undefined },
): PolicyEdit {
  const isOpen = wanted.range === undefined && known.draft.text !== before;
  if (!isOpen || known.newest === undefined) return known.draft;
  return addAllowance(before, { ...wanted, range: entryRange(known.newest) });
}

function lineAt({ text, line }: PolicyEdit): string {
  return (text.split('\n')[line - 1] ?? '').trim();
}

function written({ isNew, dryRun }: { readonly isNew: boolean; readonly dryRun: boolean }): string {
  if (!isNew) return ' (is there already)';
  return dryRun ? ' (not written: --dry-run)' : '';
}
