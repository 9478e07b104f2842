import { parseVersion } from '../ecosystems/pypi/versions.ts';
import { findReleaseVersion, type ReleaseVersion } from '../ecosystems/releases.ts';
import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import type { Ecosystem, ProjectName, SourceId } from '../model/subject.ts';
import { parseName } from '../policy/entry.ts';

/** A project, or one version of it. */
export interface Asked {
  readonly ecosystem: Ecosystem;
  /** As it was written before `::`; absent: a project of PyPI. */
  readonly channel?: SourceId;
  readonly project: ProjectName;
  readonly version?: ReleaseVersion;
}

/** Reads `NAME` or `NAME==VERSION`, of conda `CHANNEL::NAME==VERSION`; throws `wrong-use`. */
export function parseRelease(text: string): Asked {
  const [written = '', version] = text.split('==', 2);
  return asWords(() => {
    const { project, source } = parseName(written.trim());
    const ecosystem = source === undefined ? 'pypi' : 'conda';
    return {
      ecosystem,
      project,
      ...(source === undefined ? {} : { channel: source }),
      ...(version === undefined ? {} : { version: versionOf(version.trim(), ecosystem) }),
    };
  });
}

function versionOf(text: string, ecosystem: Ecosystem): ReleaseVersion {
  if (ecosystem === 'pypi') return parseVersion(text);
  const version = findReleaseVersion(text, ecosystem);
  if (version !== undefined) return version;
  const message = `not a version of conda: ${JSON.stringify(text.slice(0, 80))}`;
  throw new GatehouseError('invalid-version', message);
}

/** What cannot be read of a command's words is wrong use, whatever it would have been; the hint is for errors without one. */
export function asWords<Value>(read: () => Value, hint = 'write NAME or NAME==VERSION'): Value {
  try {
    return read();
  } catch (error) {
    if (!isGatehouseError(error) || error.code === 'wrong-use') throw error;
    throw new GatehouseError('wrong-use', error.message, {
      hint: error.hint ?? hint,
      cause: error,
    });
  }
}
