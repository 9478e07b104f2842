import type { InstalledPath } from './inspectors/inspector.ts';

/**
 * Where an installer puts a member of a wheel: `purelib` and `platlib` are one place, as in every environment that
 * notebooks have. Absent: the dist-info itself, or a key of the `.data` folder that no specification knows.
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
  if (key === 'scripts' || key === 'data' || key === 'headers') return { place: key, path: rest };
  return undefined;
}
