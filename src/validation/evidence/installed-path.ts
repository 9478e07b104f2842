import type { InstalledPath } from './inspectors/inspector.ts';

/**
 * Where an installer puts a member of a wheel: `purelib` and `platlib` are one place, as in every environment that
 * notebooks have, and `data` is the environment itself, whose folders of modules and commands count as what they are.
 * Absent: the dist-info itself, or a key of the `.data` folder that no specification knows.
 */
export function findInstalledPath(name: string, distInfo: string): InstalledPath | undefined {
  const slash = name.indexOf('/');
  const top = slash === -1 ? name : name.slice(0, slash);
  if (top === distInfo) return undefined;
  // Installers take the folder by its suffix, whatever stands before it.
  if (slash === -1 || !top.toLowerCase().endsWith('.data')) return { place: 'site', path: name };
  const [, key = '', rest = ''] = /^([^/]*)\/(.*)$/s.exec(name.slice(slash + 1)) ?? [];
  if (rest === '') return undefined;
  if (key === 'purelib' || key === 'platlib') return { place: 'site', path: rest };
  if (key === 'data') return placeInEnvironment(rest);
  if (key === 'scripts' || key === 'headers') return { place: key, path: rest };
  return undefined;
}

// Of a Python: its standard library, the extension modules of that, and what is beside it for packages.
const MODULES =
  /^(?:local\/)?lib(?:64)?\/(?:(?:python|pypy)[^/]*\/(?:(?:(?:site|dist)-packages|lib-dynload)\/)?|(?:site|dist)-packages\/)/i;
const COMMAND = /^(?:bin|scripts)\/([^/]+)$/i;

/** Where a path of an environment lies: among the importable packages, among the commands, or elsewhere. */
export function placeInEnvironment(path: string): InstalledPath {
  const [, command] = COMMAND.exec(path) ?? [];
  if (command !== undefined) return { place: 'scripts', path: command };
  const [modules = ''] = MODULES.exec(path) ?? [];
  if (modules !== '') return { place: 'site', path: path.slice(modules.length) };
  return { place: 'data', path };
}
