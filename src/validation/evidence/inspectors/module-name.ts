import type { InspectedMember } from './inspector.ts';

// What the import system takes for a module (`importlib.machinery`): source, byte code and extension modules.
const MODULE_FILE = /^([^/.]+)(?:\.[^/]*)?\.(?:py|pyc|pyi|so|pyd)$/i;

/** The top-level name under which a member becomes importable; absent: it does not. */
export function moduleOf({ installed }: InspectedMember): string | undefined {
  if (installed?.place !== 'site') return undefined;
  const slash = installed.path.indexOf('/');
  if (slash === -1) return MODULE_FILE.exec(installed.path)?.[1];
  const folder = installed.path.slice(0, slash);
  const isImportable = /^[^.-][^.-]*$/.test(folder) && /\.(?:py|pyc|so|pyd)$/i.test(installed.path);
  return isImportable ? folder : undefined;
}
