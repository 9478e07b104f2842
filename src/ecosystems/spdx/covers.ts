import type { License } from './expression.ts';
import { isLicenseReference } from './identifiers.ts';

export interface CoverOptions {
  /** Accepting X accepts `X WITH` any exception: an exception of the SPDX list only ever adds permission. */
  readonly exceptionsArePermissive: boolean;
}

/**
 * Whether whoever accepts `listed` thereby accepts `license`: the same one; a later version where `listed` says
 * so; or `license` lets one choose the listed version. The GNU licences, whose versions differ in what they can
 * be combined with, are taken at their word: `-or-later` includes later versions, but neither `-only` nor
 * `-or-later` of one version stands for the other.
 */
export function coversLicense(listed: License, license: License, options: CoverOptions): boolean {
  return coversVersion(listed, license) && coversException(listed, license, options);
}

function coversException(listed: License, license: License, options: CoverOptions): boolean {
  if (listed.exception === license.exception) return true;
  return listed.exception === undefined && options.exceptionsArePermissive;
}

function coversVersion(listed: License, license: License): boolean {
  if (listed.id.toLowerCase() === license.id.toLowerCase()) return true;
  if (!saysLater(listed) && !saysLater(license)) return false;
  const accepted = readLine(listed);
  const offered = readLine(license);
  if (accepted === undefined || offered === undefined) return false;
  if (accepted.family !== offered.family || accepted.isGnu !== offered.isGnu) return false;
  const order = compareVersions(offered.version, accepted.version);
  return (saysLater(listed) && order > 0) || (license.orLater && order < 0);
}

/** The line of versions that `MPL-2.0` or `LGPL-2.1-only` is of; a `LicenseRef-` is opaque and has none. */
interface Line {
  readonly family: string;
  readonly version: readonly number[];
  readonly isGnu: boolean;
}

const LINE = /^(?<family>[A-Za-z].*?)-(?<version>[0-9]+(?:\.[0-9]+)*)(?<gnu>-only|-or-later)?$/;

function readLine({ id }: License): Line | undefined {
  if (isLicenseReference(id)) return undefined;
  const { family, version, gnu } = LINE.exec(id)?.groups ?? {};
  if (family === undefined || version === undefined) return undefined;
  return { family, version: version.split('.').map(Number), isGnu: gnu !== undefined };
}

function saysLater({ id, orLater }: License): boolean {
  return orLater || id.endsWith('-or-later');
}

function compareVersions(left: readonly number[], right: readonly number[]): number {
  const length = Math.max(left.length, right.length);
  const differences = Array.from({ length }, (_, at) => (left[at] ?? 0) - (right[at] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
