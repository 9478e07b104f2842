type Group = Readonly<Record<string, unknown>>;

/** What may be said of the packages of a channel. */
export interface ListedPackages {
  readonly subdirs: readonly string[];
  readonly isListed: (name: string) => boolean;
}

/**
 * Keeps of a parsed `channeldata.json` (CEP 38) what is said of packages that may be listed, and says which subdirs
 * there are; other keys are dropped. Absent: it is not an object.
 */
export function filterChanneldata(
  json: unknown,
  { subdirs, isListed }: ListedPackages,
): Readonly<Record<string, unknown>> | undefined {
  if (!isGroup(json)) return undefined;
  const packages = isGroup(json['packages']) ? Object.entries(json['packages']) : [];
  return {
    channeldata_version: 1,
    packages: Object.fromEntries(packages.filter(([name]) => isListed(name))),
    subdirs,
  };
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
