import { findProjectName } from '../../ecosystems/pypi/names.ts';
import { compareVersions, findVersion } from '../../ecosystems/pypi/versions.ts';
import type { CoreMetadata } from '../../model/evidence.ts';
import { quoted, wheelRefused } from '../archives/refusals.ts';

/** Thirty times the largest METADATA of the commonest wheels. */
export const MAX_METADATA_BYTES = 4 * 1024 * 1024;

/**
 * The one `.dist-info` folder at the top of a wheel; throws `archive-refused`. Those deeper down belong to packages
 * that the wheel carries along. Does not look at the name before the suffix.
 */
export function findDistInfo(members: readonly { readonly name: string }[]): string {
  const tops = members.map(({ name }) => name.split('/', 1)[0] ?? '');
  // In any case of letters: a file system may not tell them apart.
  const found = [...new Set(tops.filter((top) => top.toLowerCase().endsWith(SUFFIX)))];
  const [distInfo, second] = found;
  if (distInfo === undefined) {
    throw wheelRefused('dist-info-missing', 'a wheel has no .dist-info folder at its top');
  }
  if (second !== undefined) {
    throw wheelRefused(
      'dist-info-many',
      `a wheel has several .dist-info folders: ${quoted(distInfo)} and ${quoted(second)}`,
    );
  }
  return distInfo;
}

/** Throws `archive-refused` unless a dist-info is called after METADATA's Name and Version, in any spelling. */
export function checkDistInfo(distInfo: string, metadata: CoreMetadata): void {
  if (isOf(distInfo, metadata)) return;
  const { name, version } = metadata;
  throw wheelRefused(
    'dist-info-mismatch',
    `a wheel's .dist-info is not of its METADATA: expected name ${quoted(name)} and version ${quoted(version)}, got ${quoted(distInfo)}`,
  );
}

/** A file in the dist-info; throws `archive-refused` when there is none. */
export function findDistInfoMember<Member extends { readonly name: string }>(
  members: readonly Member[],
  distInfo: string,
  file: 'METADATA' | 'WHEEL' | 'RECORD',
): Member {
  const member = members.find(({ name }) => name === `${distInfo}/${file}`);
  if (member === undefined)
    throw wheelRefused('member-missing', `a wheel has no ${file} in ${quoted(distInfo)}`);
  return member;
}

const SUFFIX = '.dist-info';

// Old tools left dashes in the name, so each dash may be the one between name and version.
function isOf(distInfo: string, metadata: CoreMetadata): boolean {
  const project = findProjectName(metadata.name);
  const expected = findVersion(metadata.version);
  if (project === undefined || expected === undefined) return false;
  const parts = distInfo.slice(0, -SUFFIX.length).split('-');
  return parts.some((_, index) => {
    const version = findVersion(parts.slice(index).join('-'));
    return (
      version !== undefined &&
      findProjectName(parts.slice(0, index).join('-')) === project &&
      compareVersions(version, expected) === 0
    );
  });
}
