import { CONTENTS_LISTED, type LinkScript } from '../../../model/contents.ts';
import type { InspectedMember, Inspector } from './inspector.ts';

/**
 * Finds what clients of conda packages run or obey by themselves: scripts for linking (CEP 34), scripts and variables
 * for activation, entries of menus, and settings of conda, pip and Python. Does not see what a program of the package
 * writes there later.
 */
export function inspectLinkScripts(): Inspector {
  const linkScripts: LinkScript[] = [];
  return {
    appetite: (member) => (kindOf(member) === undefined ? 0 : 1),
    look(member, { sha256 }) {
      const kind = kindOf(member);
      if (kind !== undefined) linkScripts.push({ path: member.name, kind, sha256 });
    },
    found: () => ({ linkScripts: linkScripts.slice(0, CONTENTS_LISTED) }),
  };
}

/** Whether clients run a file of this name among the commands while a package is linked or unlinked (CEP 34). */
export function isLinkScript(name: string): boolean {
  return LINK.test(name);
}

const LINK = /^\..*-(?:pre|post)-(?:un)?link\.(?:sh|bat)$/is;
const KINDS: readonly (readonly [LinkScript['kind'], RegExp])[] = [
  ['activate', /^etc\/conda\/(?:de)?activate\.d\/./i],
  ['variables', /^etc\/conda\/env_vars\.d\/./i],
  ['menu', /^menu\/.*\.json$/i],
  // The same files as for wheels, where they are refused.
  // In a base environment the last two are other environments, and the cache of packages.
  [
    'settings',
    /^(?:pyvenv\.cfg|pip\.(?:conf|ini)|\.?condarc(?:\.d)?(?:\/|$)|etc\/conda\/|envs\/|pkgs\/)/i,
  ],
];

function kindOf({ installed }: InspectedMember): LinkScript['kind'] | undefined {
  if (installed?.place === 'scripts') return isLinkScript(installed.path) ? 'link' : undefined;
  if (installed?.place !== 'data') return undefined;
  return KINDS.find(([, pattern]) => pattern.test(installed.path))?.[0];
}
