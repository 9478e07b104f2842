import type { LicenseText } from '../../model/contents.ts';
import type { RuleInput } from './rule.ts';

/** The licence texts of the verified bytes, else those that were read with the metadata; absent: not read. */
export function licenseTextsOf({
  evidence,
  metadata,
}: RuleInput): readonly LicenseText[] | undefined {
  if (evidence === undefined) return metadata?.licenseTexts;
  return evidence.kind === 'wheel' ? evidence.contents?.licenseTexts : undefined;
}

/** Project and version, or the file name where that tells no version. */
export function describeRelease({ subject, name }: RuleInput): string {
  return name === undefined ? subject.filename : `${subject.project} ${name.version.text}`;
}
