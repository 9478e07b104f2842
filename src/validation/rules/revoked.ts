import { findSpecifierSet, satisfies } from '../../ecosystems/pypi/specifiers.ts';
import { findVersion } from '../../ecosystems/pypi/versions.ts';
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

/** A release is revoked as `==` means it, local versions included; a version that cannot be read may be it. */
function concerns({ subject, name }: RuleInput, { what }: Revocation): boolean {
  if (what.kind === 'bytes') return what.sha256 === subject.sha256;
  if (what.project !== subject.project) return false;
  const version = findVersion(what.version);
  const release = version && findSpecifierSet(`==${version.text}`);
  return name === undefined || release === undefined || satisfies(release, name.version);
}
