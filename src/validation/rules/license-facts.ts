import type { LicenseText } from '../../model/contents.ts';
import { contentsOf, type RuleInput } from './rule.ts';

/** The licence texts of the verified bytes, else those that were read with the metadata; absent: not read. */
export function licenseTextsOf(input: RuleInput): readonly LicenseText[] | undefined {
  if (input.evidence === undefined) return input.metadata?.licenseTexts;
  return contentsOf(input)?.licenseTexts;
}

/** Project and version, or the file name where that tells no version. */
export function describeRelease({ subject, name }: RuleInput): string {
  return name === undefined ? subject.filename : `${subject.project} ${name.version.text}`;
}
