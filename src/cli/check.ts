import { GatehouseError } from '../model/errors.ts';
import { pythonTargets } from '../model/target.ts';
import { findPolicyProblems } from '../policy/load.ts';
import type { Policy, Remark } from '../policy/policy.ts';
import { formatProblem } from '../policy/problem.ts';
import { remarksAt } from '../policy/remarks.ts';
import { type CommandInput, type Outcome, readWords } from './command.ts';
import { readPolicyText } from './policy-file.ts';
import { findUnknownRules } from './unknown-rules.ts';

/** `check [FILE]`: all that is wrong with a policy file, or what it says in numbers. */
export async function check({ words, config }: CommandInput): Promise<Outcome> {
  const { names, json } = readWords(words, { text: 'check [FILE] [--json]', least: 0, most: 1 });
  const file = names[0] ?? config.policyPath;
  const { policy, problems } = findPolicyProblems({ text: await readText(file, names[0]), file });
  const remarks = policy === undefined ? [] : remarksOf(policy);
  const status = policy === undefined ? 1 : 0;
  if (json)
    return {
      status,
      output: JSON.stringify({ file, digest: policy?.digest, problems, remarks }, undefined, 2),
    };
  const lines = [
    ...problems.map(formatProblem),
    ...remarks.map(
      ({ place, code, message }) =>
        `${place.file}:${place.line}:${place.column}: note ${code}: ${message}`,
    ),
    policy === undefined ? `${file}: cannot be used` : `${file}: fine. ${numbersOf(policy)}`,
  ];
  return { status, output: lines.join('\n') };
}

/** What a reviewer should know of a policy that can be used. */
export function remarksOf(policy: Policy): readonly Remark[] {
  return [...remarksAt(policy, Date.now()), ...findUnknownRules(policy)];
}

/** What a policy approves, in numbers, one sentence. */
export function numbersOf(policy: Policy): string {
  const projects = policy.packages.allow.size;
  const { packages, targets: condas } = policy.of.conda;
  const denied = policy.packages.deny.size;
  const dependencies = policy.dependencies.closure.value === 'follow' ? ' and what they need' : '';
  const targets = pythonTargets(policy.targets);
  const pythons = [...new Set(targets.map(({ python }) => python))].join(', ');
  const platforms = [...new Set(targets.map(({ platform }) => platform))].join(', ');
  const licences = policy.licenses.allow.length;
  const subdirs = condas.map(({ id }) => id).join(', ');
  const conda =
    packages.allow.size === 0
      ? ''
      : ` Of conda channels: ${count(packages.allow.size, 'package')}${dependencies}, for ${subdirs === '' ? 'no declared target' : subdirs}.`;
  return `It approves ${count(projects, 'project')}${dependencies}, denies ${denied}, allows ${count(licences, 'licence')}, for Python ${pythons} on ${platforms}.${conda}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A file that was named is not where a setting says that it is. */
async function readText(file: string, named: string | undefined): Promise<string> {
  try {
    return await readPolicyText(file);
  } catch (error) {
    if (named === undefined) throw error;
    throw new GatehouseError('wrong-use', `the file cannot be read: ${file}`, { cause: error });
  }
}
