import { findProjectName } from '../../ecosystems/pypi/names.ts';
import { findVersion } from '../../ecosystems/pypi/versions.ts';
import { type CondaName, compareReleases } from '../../ecosystems/releases.ts';
import type { CoreMetadata } from '../../model/evidence.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** The core metadata must be there, and be of the project and version that the file name says. */
export const metadata: Rule = {
  id: 'metadata',
  stage: 'metadata',
  codes: [
    {
      code: 'metadata/missing',
      meaning: 'Its core metadata is not known.',
    },
    {
      code: 'metadata/unavailable',
      meaning: 'Its core metadata was asked for and could not be had.',
    },
    {
      code: 'metadata/dynamic',
      meaning: 'It is a source distribution whose licence is only known once it is built.',
    },
    {
      code: 'metadata/name',
      meaning: 'The Name in its metadata is not the project.',
      unwaivable: true,
    },
    {
      code: 'metadata/version',
      meaning: 'The Version in its metadata is not that of its file name.',
      unwaivable: true,
    },
    {
      code: 'metadata/build',
      meaning: 'The record of a conda package is of another build or another subdir than its file.',
      unwaivable: true,
    },
  ],
  judge,
};

const EXPRESSION = ['license-expression'];
const LICENSE_FIELDS = [...EXPRESSION, 'license', 'classifier'];

function* judge(input: RuleInput): Generator<Statement> {
  const who = describeSubject(input);
  const deny = { verdict: 'deny' } as const;
  if (input.metadata === undefined) {
    const { metadataFailure } = input;
    yield metadataFailure === undefined
      ? { ...deny, code: 'metadata/missing', message: `${who} has no metadata: it is not known` }
      : {
          ...deny,
          code: 'metadata/unavailable',
          message: `${who} has no metadata: ${metadataFailure}`,
        };
    return;
  }
  if (input.name?.kind === 'conda') {
    yield* judgeRecord(input, input.name, input.metadata.metadata);
    return;
  }
  const { name, version, dynamic, licenseExpression } = input.metadata.metadata;
  const open = dynamic.filter((field) =>
    (licenseExpression === undefined ? LICENSE_FIELDS : EXPRESSION).includes(field.toLowerCase()),
  );
  if (input.name?.kind === 'sdist' && open.length > 0) {
    const message = `${who} has a licence that only its build tells: ${listSome(open.map(quote))} is dynamic`;
    yield { ...deny, code: 'metadata/dynamic', message };
  }
  const { project, filename } = input.subject;
  if (findProjectName(name) !== project) {
    const message = `${who} has metadata of another project: Name ${quote(name)}; expected ${project}`;
    yield { ...deny, code: 'metadata/name', message };
  }
  const said = findVersion(version);
  const expected = input.name?.version;
  if (said === undefined || expected === undefined || compareReleases(said, expected) !== 0) {
    const message = `${who} has metadata of another version: Version ${quote(version)}; expected that of ${filename}`;
    yield { ...deny, code: 'metadata/version', message };
  }
}

/** Of a conda package the file name says all that the record must say again, character for character. */
function* judgeRecord(
  input: RuleInput,
  expected: CondaName,
  { name, version, conda }: CoreMetadata,
): Generator<Statement> {
  const who = describeSubject(input);
  if (name !== expected.project) {
    const message = `${who} has the record of another package: name ${quote(name)}; expected ${expected.project}`;
    yield { verdict: 'deny', code: 'metadata/name', message };
  }
  // R's packages have a dash in their versions, which a file name cannot have.
  if (version.replaceAll('-', '_') !== expected.version.text) {
    const message = `${who} has the record of another version: version ${quote(version)}; expected that of ${input.subject.filename}`;
    yield { verdict: 'deny', code: 'metadata/version', message };
  }
  const place = `${conda?.subdir ?? expected.subdir}/${conda?.build ?? ''}`;
  if (place !== `${expected.subdir}/${expected.build}`) {
    const message = `${who} has the record of another build: ${quote(place)}; expected that of ${input.subject.filename}`;
    yield { verdict: 'deny', code: 'metadata/build', message };
  }
}
