const NAMED =
  /^(?:[a-z0-9_.]+[-_])?(?:un)?licen[cs]es?(?:[-_.].*)?$|^(?:copying|copyright|notice)s?(?:[-_.].*)?$/i;
const OWN = /^(?:un)?licen[cs]es?(?:[-_.].*)?$|^copying(?:[-_.].*)?$/i;
const CODE =
  /\.(?:py[ciw]?|pyi|so|pyd|dll|dylib|js|mjs|map|css|json|ya?ml|toml|h|hpp|c|cc|cpp|rs|png|svg|gz|zip)$/i;

/** Whether a member is named as a licence text, or lies where such texts belong (PEP 639; of conda `info/licenses`). */
export function isLicenseFile(path: string, distInfo: string): boolean {
  if (CODE.test(path)) return false;
  return path.startsWith(`${distInfo}/licenses/`) || NAMED.test(baseName(path));
}

/**
 * Whether it is a text of the project's own licence: at the top of the dist-info or of its `licenses`, or of the
 * `info/licenses` of a conda package. Texts of what is bundled keep their folders there.
 */
export function isOwnLicenseFile(path: string): boolean {
  const isPlace = /^(?:[^/]+\.dist-info\/(?:licenses\/)?|info\/licenses\/)[^/]+$/i.test(path);
  return isPlace && OWN.test(baseName(path));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
