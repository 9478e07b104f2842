import { parseProjectName } from '../ecosystems/pypi/names.ts';
import { parseVersion, type Version } from '../ecosystems/pypi/versions.ts';
import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import type { ProjectName } from '../model/subject.ts';

/** A project, or one version of it. */
export interface Asked {
  readonly project: ProjectName;
  readonly version?: Version;
}

/** Reads `NAME` or `NAME==VERSION`; throws `wrong-use`. */
export function parseRelease(text: string): Asked {
  const [name = '', version] = text.split('==', 2);
  return asWords(() => {
    const project = parseProjectName(name.trim());
    return version === undefined ? { project } : { project, version: parseVersion(version.trim()) };
  });
}

/** What cannot be read of a command's words is wrong use, whatever it would have been. */
export function asWords<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!isGatehouseError(error) || error.code === 'wrong-use') throw error;
    throw new GatehouseError('wrong-use', error.message, {
      hint: 'write NAME or NAME==VERSION',
      cause: error,
    });
  }
}
