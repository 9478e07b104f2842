import { CONTENTS_LISTED } from '../../../model/contents.ts';
import type { InspectedMember, Inspector, WheelLayout } from './inspector.ts';

/**
 * Finds what Jupyter and IPython load by themselves once it is installed: settings and extensions under `etc/jupyter`
 * and `etc/ipython`, kernels and front-end extensions under `share/jupyter`. An extension of many files is named once,
 * by its folder. Does not see extensions that a server only loads when its settings name them.
 */
export function inspectNotebook({ members }: WheelLayout): Inspector {
  const found = new Set(members.map(findHook).filter((path) => path !== undefined));
  return {
    appetite: () => 0,
    look: () => {},
    found: () => ({ notebook: [...found].slice(0, CONTENTS_LISTED) }),
  };
}

// Files in these folders each count; folders in the others are one extension or kernel each.
const SETTINGS = /^etc\/(?:jupyter|ipython)\/.+$/;
const FOLDERS =
  /^share\/jupyter\/(?:kernels|nbextensions|labextensions|lab\/extensions)\/(?:@[^/]+\/)?[^/]+/;

function findHook({ installed }: InspectedMember): string | undefined {
  if (installed?.place !== 'data') return undefined;
  // Jupyter's folders may be reached in another case of letters on some file systems.
  const path = installed.path.toLowerCase();
  return SETTINGS.exec(path)?.[0] ?? FOLDERS.exec(path)?.[0];
}
