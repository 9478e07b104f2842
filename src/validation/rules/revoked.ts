import { findSpecifierSet } from '../../ecosystems/pypi/specifiers.ts';
import { findVersion } from '../../ecosystems/pypi/versions.ts';
import { compareReleases, findReleaseVersion, takes } from '../../ecosystems/releases.ts';
import { pypiNamesOf } from '../../ecosystems/repackaged.ts';
import type { Revocation } from '../../model/revocation.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject } from './subject-words.ts';

/** What somebody revoked stays refused, whatever the policy says. */
export const revoked: Rule = {
  id: 'revoked',
  stage: 'record',
  codes: [
    {
      code: 'revoked/bytes',
      meaning: 'Somebody revoked these bytes.',
      unwaivable: true,
    },
    {
      code: 'revoked/release',
      meaning: 'Somebody revoked this version.',
      unwaivable: true,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  for (const revocation of input.revocations) {
    if (!concerns(input, revocation)) continue;
    const { what, reason, actor, time } = revocation;
    const bytes = what.kind === 'bytes' ? ' by its SHA-256' : '';
    yield {
      code: `revoked/${what.kind}`,
      verdict: 'deny',
      message: `${describeSubject(input)} was revoked${bytes} on ${new Date(time).toISOString().slice(0, 10)} by ${actor}: ${reason}`,
    };
  }
}

/**
 * A release is revoked as `==` means it, local versions included; a version that cannot be read may be it. It is
 * revoked wherever it comes from: what is bad at PyPI is as bad in a channel.
 */
function concerns({ subject, name }: RuleInput, { what }: Revocation): boolean {
  if (what.kind === 'bytes') return what.sha256 === subject.sha256;
  const names = name?.kind === 'conda' ? pypiNamesOf(subject.project) : [];
  if (what.project !== subject.project && !names.includes(what.project)) return false;
  const version = findVersion(what.version);
  const release = version && findSpecifierSet(`==${version.text}`);
  if (name?.kind !== 'conda')
    return name === undefined || release === undefined || takes(release, name);
  const revokedVersion = findReleaseVersion(what.version, 'conda');
  if (revokedVersion === undefined || compareReleases(revokedVersion, name.version) === 0)
    return true;
  // Some versions are the same to PEP 440 alone: 2.0.0rc1 is 2.0rc1 there, and 2.0+cpu is a 2.0.
  return release !== undefined && takes(release, name);
}
