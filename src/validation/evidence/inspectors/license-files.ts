import { CONTENTS_LISTED, type LicenseText } from '../../../model/contents.ts';
import type { InspectedMember, Inspector, WheelLayout } from './inspector.ts';

/**
 * Finds the licence files of the wheel itself, with their digests, for clarifications to be bound to: everything in
 * `<dist-info>/licenses/` (PEP 639), and files of the usual names in the dist-info. Does not read what they say.
 */
export function inspectLicenseFiles({ distInfo }: WheelLayout): Inspector {
  const licenseTexts: LicenseText[] = [];
  function isLicenseFile({ name }: InspectedMember): boolean {
    if (!name.startsWith(`${distInfo}/`)) return false;
    const path = name.slice(distInfo.length + 1);
    return path.startsWith('licenses/') || USUAL.test(path);
  }
  return {
    // Only the digest of the whole is of interest.
    appetite: (member) => (isLicenseFile(member) ? 1 : 0),
    look({ name: path }, { sha256 }) {
      licenseTexts.push({ path, sha256 });
    },
    found: () => ({ licenseTexts: licenseTexts.slice(0, CONTENTS_LISTED) }),
  };
}

const USUAL = /^(?:licen[cs]e|copying|notice|copyright|authors)[^/]*$/i;
