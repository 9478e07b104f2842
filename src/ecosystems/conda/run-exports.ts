/** The entries of a channel's `run_exports.json` (CEP 12) or of `packages` and `packages.conda` in general. */
type Group = Readonly<Record<string, unknown>>;

/**
 * Keeps of a parsed `run_exports.json` (CEP 12) what is said of files that may be listed; of other keys only
 * `info.subdir` is kept. Absent: it is not an object.
 */
export function filterRunExports(
  json: unknown,
  isListed: (filename: string) => boolean,
): Readonly<Record<string, unknown>> | undefined {
  if (!isGroup(json)) return undefined;
  const subdir = isGroup(json['info']) ? json['info']['subdir'] : undefined;
  return {
    info: typeof subdir === 'string' ? { subdir } : {},
    packages: keep(json['packages'], isListed),
    'packages.conda': keep(json['packages.conda'], isListed),
  };
}

function keep(group: unknown, isListed: (filename: string) => boolean): Group {
  if (!isGroup(group)) return {};
  return Object.fromEntries(Object.entries(group).filter(([filename]) => isListed(filename)));
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
