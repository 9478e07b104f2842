import { isInfo } from './conda-layout.ts';
import type { InstalledPath } from './inspectors/inspector.ts';
import { placeInEnvironment } from './installed-path.ts';

/**
 * Where a client puts a member of a conda package: in the environment as it is named, but of a noarch Python package
 * `site-packages` among the importable packages and `python-scripts` among the commands. Absent: it is in `info/`.
 */
export function findCondaPath(name: string, isNoarchPython: boolean): InstalledPath | undefined {
  if (isInfo(name)) return undefined;
  const [, folder, rest = ''] = /^(site-packages|python-scripts)\/(.+)$/s.exec(name) ?? [];
  if (isNoarchPython && folder !== undefined)
    return { place: folder === 'site-packages' ? 'site' : 'scripts', path: rest };
  return placeInEnvironment(name);
}
