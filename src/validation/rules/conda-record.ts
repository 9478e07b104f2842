import type { CoreMetadata } from '../../model/evidence.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** What a conda package says that it is must be what its channel's record says. */
export const condaRecord: Rule = {
  id: 'conda-record',
  stage: 'contents',
  codes: [
    {
      code: 'conda-record/mismatch',
      meaning: 'Its `info/index.json` is of another artifact than its record in the channel.',
      unwaivable: true,
    },
    {
      code: 'conda-record/patched',
      meaning:
        'The channel has changed what it needs, or its licence, since it was built; this finding approves.',
    },
    {
      code: 'conda-record/unknown',
      meaning: 'Its contents or its record are not known, so that nobody can compare them.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { name, evidence } = input;
  if (name?.kind !== 'conda') return;
  const who = describeSubject(input);
  const record = input.metadata?.metadata;
  if (evidence?.kind !== 'conda' || record === undefined) {
    const message = `${who} may be another package than its record says: its contents were not read`;
    yield { code: 'conda-record/unknown', verdict: 'deny', message };
    return;
  }
  const index = evidence.metadata.metadata;
  const other = differences(identityOf(record, name.subdir), identityOf(index));
  if (other.length > 0) {
    const message = `${who} has an info/index.json that differs from its record: ${listSome(other)}`;
    yield { code: 'conda-record/mismatch', verdict: 'deny', message, evidence: other };
  }
  const patched = differences(needsOf(record), needsOf(index));
  if (patched.length === 0) return;
  const message = `${who} was patched by its channel: ${listSome(patched.map((line) => line.split(':', 1)[0] ?? ''))}`;
  yield { code: 'conda-record/patched', verdict: 'approve', message, evidence: patched };
}

type Facts = Readonly<Record<string, string | number | undefined>>;

function identityOf({ name, version, conda }: CoreMetadata, subdir?: string): Facts {
  return {
    name,
    version,
    build: conda?.build,
    build_number: conda?.buildNumber,
    subdir: conda?.subdir ?? subdir,
    noarch: conda?.noarch,
  };
}

function needsOf({ requiresDist, license, conda }: CoreMetadata): Facts {
  return {
    depends: requiresDist.toSorted().join(', '),
    constrains: (conda?.constrains ?? []).toSorted().join(', '),
    license,
  };
}

function differences(record: Facts, index: Facts): readonly string[] {
  return Object.keys(record)
    .filter((key) => record[key] !== index[key])
    .map((key) => `${key}: record ${show(record[key])}, info/index.json ${show(index[key])}`);
}

function show(value: string | number | undefined): string {
  return value === undefined ? 'none' : quote(`${value}`);
}
