/** Which tile of the ledger a path names; no width: the full one. */
export interface WantedTile {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width?: number;
}

const PATH =
  /^(?<level>[0-9]{1,2}|entries)\/(?<groups>(?:x[0-9]{3}\/){0,4}[0-9]{3})(?:\.p\/(?<width>[0-9]{1,3}))?$/;
const HIGHEST_LEVEL = 63;
const FULL_WIDTH = 256;

/** Reads what follows `tile/` (C2SP tlog-tiles): `0/x001/x234/067`, `entries/003.p/12`. Absent: no tile has this path. */
export function findTile(path: string): WantedTile | undefined {
  const groups = PATH.exec(path)?.groups;
  if (groups === undefined) return undefined;
  const level = levelOf(groups['level'] ?? '');
  const index = indexOf(groups['groups'] ?? '');
  if (level === undefined || index === undefined) return undefined;
  const text = groups['width'];
  if (text === undefined) return { level, index };
  const width = Number(text);
  return `${width}` === text && width > 0 && width < FULL_WIDTH
    ? { level, index, width }
    : undefined;
}

function levelOf(text: string): WantedTile['level'] | undefined {
  if (text === 'entries') return 'entries';
  const level = Number(text);
  return `${level}` === text && level <= HIGHEST_LEVEL ? level : undefined;
}

/** Three digits a group; a group of zeros in front would be a second path to one tile. */
function indexOf(text: string): number | undefined {
  const digits = text.replaceAll(/[x/]/g, '');
  return digits.length > 3 && digits.startsWith('000') ? undefined : Number(digits);
}
