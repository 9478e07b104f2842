import { hasVirtualPackages, isVirtual, readNeeds } from '../../ecosystems/conda/needs.ts';
import type { ArtifactName } from '../../ecosystems/pypi/filenames.ts';
import { findSpecifierSet } from '../../ecosystems/pypi/specifiers.ts';
import { fits } from '../../ecosystems/pypi/tags.ts';
import { pythonFits } from '../../ecosystems/pypi/target-environment.ts';
import type { CondaName } from '../../ecosystems/releases.ts';
import { condaTargets, pythonTargets, type PythonTarget } from '../../model/target.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** The artifact must be installable on a declared target, by its Requires-Python and by its tags. */
export const target: Rule = {
  id: 'target',
  stage: 'record',
  codes: [
    {
      code: 'target/no-python',
      meaning: 'Its Requires-Python admits no Python of `targets`.',
    },
    {
      code: 'target/no-platform',
      meaning:
        'None of its tags can be installed on a declared target that its Requires-Python admits.',
    },
    {
      code: 'target/no-virtual-package',
      meaning:
        'A conda package needs a virtual package (`__glibc`, `__cuda`) that no declared target has in that version.',
    },
    {
      code: 'target/invalid-requires-python',
      meaning:
        'Its Requires-Python is not version clauses of PEP 440, so that clients differ in what they make of it.',
    },
    {
      code: 'target/unknown',
      meaning: 'There is no name or no record, so that it may fit no target.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { policy, name } = input;
  const who = describeSubject(input);
  const stated = statedPythons(input);
  if (name === undefined || stated === undefined) {
    const message = `${who} may fit no declared target: its name or its record is not known`;
    yield { code: 'target/unknown', verdict: 'deny', message };
    return;
  }
  const deny = { verdict: 'deny', policy: policy.targetsPlace } as const;
  if (name.kind === 'conda') {
    yield* judgeSubdir(input, name);
    return;
  }
  for (const text of stated.filter((candidate) => findSpecifierSet(candidate) === undefined)) {
    const message = `${who} has an invalid Requires-Python: ${quote(text)}; expected version clauses like ">=3.9"`;
    yield { code: 'target/invalid-requires-python', verdict: 'deny', message };
  }
  const pythons = stated.flatMap((text) => findSpecifierSet(text) ?? []);
  const targets = pythonTargets(policy.targets);
  const admitted = targets.filter(({ python }) => pythons.every((set) => pythonFits(set, python)));
  if (admitted.length === 0) {
    const texts = pythons.map(({ text }) => text).join(' and ');
    const message = `${who} needs Python ${texts}; targets.python has ${distinct(targets, 'python')}`;
    yield { ...deny, code: 'target/no-python', message };
  }
  const open = admitted.length === 0 ? targets : admitted;
  if (!installs(name, open)) {
    const message = `${who} fits no declared target: ${tagsOf(name)}; targets: Python ${distinct(open, 'python')} on ${distinct(open, 'platform')}`;
    yield { ...deny, code: 'target/no-platform', message };
  }
}

/** A platform of conda is the folder; what the system must bring is in the needs of the record. */
function* judgeSubdir(input: RuleInput, { subdir }: CondaName): Generator<Statement> {
  const { policy, metadata } = input;
  const who = describeSubject(input);
  const deny = { verdict: 'deny', policy: policy.targetsPlace } as const;
  const targets = condaTargets(policy.targets);
  const fitting = targets.filter((one) => subdir === 'noarch' || subdir === one.subdir);
  if (fitting.length === 0) {
    const declared = targets.map(({ id }) => id).join(', ') || 'none';
    const message = `${who} fits no declared target: it is for ${subdir}; targets.conda.subdirs: ${declared}`;
    yield { ...deny, code: 'target/no-platform', message };
    return;
  }
  const depends = metadata?.metadata.requiresDist ?? [];
  if (fitting.some((one) => hasVirtualPackages(depends, one))) return;
  const needed = readNeeds(depends).filter(isVirtual);
  const message = `${who} needs what no declared target has: ${listSome(needed.map(({ text }) => quote(text)))}; targets.conda.virtual says what they have`;
  yield { ...deny, code: 'target/no-virtual-package', message };
}

/** What the index and the metadata say; clients read the first to choose and the second to install. */
function statedPythons({ record, metadata }: RuleInput): readonly string[] | undefined {
  if (record === undefined) return undefined;
  const texts = [record.requiresPython, metadata?.metadata.requiresPython];
  return [...new Set(texts.filter((text) => text !== undefined))];
}

function installs(name: ArtifactName, targets: readonly PythonTarget[]): boolean {
  return name.kind === 'sdist' || targets.some((candidate) => fits(name.tags, candidate));
}

function tagsOf(name: ArtifactName): string {
  return name.kind === 'wheel' ? listSome(name.tags) : 'any';
}

function distinct(targets: readonly PythonTarget[], key: 'python' | 'platform'): string {
  return [...new Set(targets.map((candidate) => candidate[key]))].join(', ');
}
