import { loadPolicy } from '../policy/load.ts';
import { describeReport, reportOf } from './approval-report.ts';
import type { CommandInput, Outcome } from './command.ts';
import { createJudge } from './judge-wanted.ts';
import { planEntries } from './plan-entries.ts';
import { readPolicyText } from './policy-file.ts';
import { readRequirements } from './read-requirements.ts';
import { replaceFile } from './replace-file.ts';
import { sortItems } from './wanted.ts';

interface AskedFile {
  /** A requirements file or a lock. */
  readonly requirements: string;
  readonly json: boolean;
  readonly dryRun: boolean;
}

/**
 * `approve -r FILE`: writes the fewest entries with which all that the file asks for is installable, at once. What
 * cannot be approved is named, and does not keep the rest from being written.
 */
export async function approveFile(
  { config, say }: Pick<CommandInput, 'config' | 'say'>,
  { requirements, json, dryRun }: AskedFile,
): Promise<Outcome> {
  const file = config.policyPath;
  const text = await readPolicyText(file);
  const { targets } = loadPolicy({ text, file });
  const sorted = sortItems(await readRequirements(requirements), targets);
  say(`asking upstream about ${sorted.wanted.length} requirements and what they bring along …`);
  const plan = await planEntries(text, sorted.wanted, createJudge(config));
  const isWritten = plan.text !== text && !dryRun;
  if (isWritten) await replaceFile(file, { before: text, after: plan.text });
  const report = reportOf(plan, sorted.leftOut);
  const status = report.requirements.some(({ outcome }) => outcome === 'refused') ? 1 : 0;
  if (json) {
    const output = JSON.stringify({ file, written: isWritten, ...report }, undefined, 2);
    return { status, output };
  }
  for (const { line, entry } of report.entries) {
    say(`${file}:${line}: ${entry}${dryRun ? ' (not written: --dry-run)' : ''}`);
  }
  return { status, output: describeReport(report) };
}
