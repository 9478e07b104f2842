import type { Config } from '../config.ts';
import { parseSpecifierSet } from '../ecosystems/pypi/specifiers.ts';
import type { BroughtProject } from '../mirror/brings-along.ts';
import { GatehouseError } from '../model/errors.ts';
import type { ProjectName } from '../model/subject.ts';
import { addAllowance, type NewAllowance, type PolicyEdit } from '../policy/edit.ts';
import { parseShortEntry } from '../policy/entry.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/policy.ts';
import { findProjectDenial } from '../policy/select.ts';
import { withMirror } from './ask.ts';
import { type ComparedProject, describeBrought } from './brought.ts';
import type { CommandInput, Outcome } from './command.ts';
import { entryRange } from './entry-range.ts';
import { readPolicyText } from './policy-file.ts';
import { asWords } from './release.ts';
import { replaceFile } from './replace-file.ts';

interface AskedName {
  readonly name: string;
  readonly range: string | undefined;
  readonly json: boolean;
  readonly dryRun: boolean;
}

/** `approve NAME [RANGE]`: says what an entry would make installable, and writes it when it would approve anything. */
export async function approveName(
  { config, say }: Pick<CommandInput, 'config' | 'say'>,
  { name, range, json, dryRun }: AskedName,
): Promise<Outcome> {
  const wanted = parseWanted(name, range);
  const file = config.policyPath;
  const before = await readPolicyText(file);
  refuseDenied(loadPolicy({ text: before, file }), wanted.project);
  const draft = addAllowance(before, wanted);
  say(`asking upstream what ${wanted.project} brings along …`);
  const drafted = await bringsAlong(config, draft.text, wanted.project);
  const own = drafted.find(({ project }) => project === wanted.project);
  if (own?.verdict !== 'approve') return refused({ file, json, brought: drafted });
  const edit = withRange(before, wanted, { draft, newest: own.versions[0] });
  const brought = edit === draft ? drafted : await bringsAlong(config, edit.text, wanted.project);
  const compared = await compare(config, before, brought);
  const isNew = edit.text !== before;
  if (isNew && !dryRun) await replaceFile(file, { before, after: edit.text });
  say(`${file}:${edit.line}: ${lineAt(edit)}${written({ isNew, dryRun })}`);
  const comes = compared.filter(({ verdict }) => verdict === 'approve');
  const report = { file, line: edit.line, written: isNew && !dryRun, brings: comes };
  const output = json
    ? JSON.stringify(report, undefined, 2)
    : comes.map(describeBrought).join('\n');
  return { status: 0, output };
}

function parseWanted(name: string, range: string | undefined): NewAllowance {
  return asWords(() => {
    const { name: named, extras, versions } = parseShortEntry(name);
    if (named.source !== undefined) {
      const hint = `add "- ${name}" to packages.allow; explain ${name} says with which versions`;
      throw new GatehouseError('wrong-use', 'conda packages are added to the policy by hand', {
        hint,
      });
    }
    if (versions.text !== '') {
      throw new GatehouseError('wrong-use', `a name and a range are two words, got: ${name}`, {
        hint: `write approve ${named.project} "${versions.text}"`,
      });
    }
    if (range !== undefined) parseSpecifierSet(range);
    return { project: named.project, extras, range };
  }, 'write NAME, or NAME and a range such as ">=1.2,<2"');
}

function bringsAlong(
  config: Config,
  text: string,
  project: ProjectName,
): Promise<readonly BroughtProject[]> {
  const policy = loadPolicy({ text, file: config.policyPath });
  return withMirror({ config, policy, mode: 'ask' }, (mirror) => mirror.bringsAlong(project));
}

/** Adds what was approved before, if a server has decided by that policy: it is not worth a walk of its own. */
async function compare(
  config: Config,
  before: string,
  brought: readonly BroughtProject[],
): Promise<readonly ComparedProject[]> {
  const policy = loadPolicy({ text: before, file: config.policyPath });
  return withMirror({ config, policy, mode: 'ask' }, async (mirror) => {
    if (mirror.projects() === 'waiting') return brought;
    const compared: ComparedProject[] = [];
    for (const one of brought) {
      const [known] = await mirror.bringsAlong(one.project);
      compared.push({ ...one, before: known?.versions ?? [] });
    }
    return compared;
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
  readonly brought: readonly ComparedProject[];
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
