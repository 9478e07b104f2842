/** One line of `entry_points.txt`. */
export interface EntryPoint {
  readonly group: string;
  readonly name: string;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The lines of an `entry_points.txt` (entry points specification: the subset of INI that `configparser` reads, names
 * case-sensitive); absent: it is not UTF-8, or has something that is neither section, `name = value`, comment nor blank.
 */
export function findEntryPoints(bytes: Uint8Array): readonly EntryPoint[] | undefined {
  const text = decode(bytes);
  if (text === undefined) return undefined;
  const points: EntryPoint[] = [];
  let group: string | undefined;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const trimmed = line.trim();
    if (trimmed === '' || /^[#;]/.test(trimmed)) continue;
    // A line that begins with a blank goes on with the value before it.
    if (/^\s/.test(line) && points.length > 0) continue;
    const section = /^\[([^[\]]+)\]$/.exec(trimmed)?.[1];
    if (section !== undefined) {
      group = section.trim();
      continue;
    }
    const name = /^([^=:]+?)\s*[=:]/.exec(trimmed)?.[1];
    if (name === undefined || group === undefined) return undefined;
    points.push({ group, name });
  }
  return points;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
