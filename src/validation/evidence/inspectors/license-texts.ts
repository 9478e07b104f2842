import { isLicenseFile } from '../../../ecosystems/spdx/license-files.ts';
import { recognizeLicenseText } from '../../../ecosystems/spdx/license-texts.ts';
import { type LicenseText, TEXTS_LISTED } from '../../../model/contents.ts';
import type { Inspector, WheelLayout } from './inspector.ts';

/** Measured: the longest of the hundred commonest wheels is 75 kB. */
export const MOST_LICENSE_BYTES = 256 * 1024;

/**
 * Recognises the licence texts of a wheel: all of its dist-info that are named as such or lie in `licenses`, then those
 * of the packages in it. Does not look for licences in source code.
 */
export function inspectLicenseTexts({ distInfo, members }: WheelLayout): Inspector {
  const named = members.map(({ name }) => name).filter((name) => isLicenseFile(name, distInfo));
  // What is its own comes last in most archives, and must not fall behind what it bundles.
  const own = named.filter((name) => name.startsWith(`${distInfo}/`));
  const wanted = [...own, ...named.filter((name) => !own.includes(name))];
  const order = new Map(wanted.slice(0, TEXTS_LISTED).map((name, at) => [name, at] as const));
  const texts = new Map<string, LicenseText>();
  return {
    appetite: ({ name }) => (order.has(name) ? MOST_LICENSE_BYTES : 0),
    look({ name: path }, { head, isWhole, sha256 }) {
      texts.set(path, { path, sha256, ...recognize(head, isWhole) });
    },
    found: () => ({
      licenseTexts: [...order.keys()].flatMap((path) => texts.get(path) ?? []),
    }),
  };
}

/** What a licence file amounts to; of one that is cut, nobody knows what the rest says. */
function recognize(head: Uint8Array, isWhole: boolean): Pick<LicenseText, 'match' | 'expressions'> {
  const found = recognizeLicenseText(Buffer.from(head).toString());
  return found.match === 'whole' && !isWhole ? { ...found, match: 'contains' } : found;
}
