import { parseVersion } from '../ecosystems/pypi/versions.ts';

const FIRST_YEAR = 1990;

/**
 * The range of a new entry: from the minor version of this one to the next major version, so that a person looks at
 * that one first. A major version that is a year promises nothing, so that there is no end to write.
 */
export function entryRange(version: string): string {
  const { epoch, release } = parseVersion(version);
  const [major = 0, minor = 0] = release;
  const before = epoch === 0 ? '' : `${epoch}!`;
  const from = `>=${before}${major}.${minor}`;
  return major >= FIRST_YEAR ? from : `${from},<${before}${major + 1}`;
}
