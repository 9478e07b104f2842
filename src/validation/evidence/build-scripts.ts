import {
  type BuildSystem,
  LEGACY_BUILD,
  parseBuildSystem,
} from '../../ecosystems/pypi/build-system.ts';
import { type BuildScript, CONTENTS_LISTED } from '../../model/contents.ts';
import { isGatehouseError } from '../../model/errors.ts';
import { sdistRefused } from '../archives/refusals.ts';
import type { SdistLayout } from './sdist-layout.ts';

/**
 * What an installer runs to make a wheel of a source distribution: the backend that `pyproject.toml` names, else
 * setuptools', `setup.py` where there is one, and what is installed for them before. Throws `archive-refused` for a
 * `pyproject.toml` that cannot be read.
 */
export function findBuildScripts({
  folder,
  members,
  pyproject,
}: SdistLayout): readonly BuildScript[] {
  const { backend, backendPath, requires } = readBuildSystem(pyproject);
  const hasSetup = members.some(
    ({ name }) => name.toLowerCase() === `${folder}/setup.py`.toLowerCase(),
  );
  const scripts: readonly BuildScript[] = [
    { kind: backendPath.length > 0 ? 'in-tree-backend' : 'backend', value: backend },
    ...(hasSetup ? [{ kind: 'setup-py', value: `${folder}/setup.py` } as const] : []),
    ...requires.map((value) => ({ kind: 'requirement', value }) as const),
  ];
  return scripts.slice(0, CONTENTS_LISTED);
}

function readBuildSystem(pyproject: Uint8Array | undefined): BuildSystem {
  if (pyproject === undefined) return LEGACY_BUILD;
  try {
    return parseBuildSystem(pyproject);
  } catch (error) {
    if (!isGatehouseError(error, 'invalid-metadata')) throw error;
    throw sdistRefused('pyproject-invalid', error.message, error);
  }
}
