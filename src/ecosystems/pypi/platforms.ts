/**
 * The platform tags whose wheels run wherever a wheel of the given one does. An unknown platform runs only its
 * own wheels.
 */
export function compatiblePlatforms(platform: string): readonly string[] {
  return manylinux(platform) ?? musllinux(platform) ?? macos(platform) ?? [platform];
}

// PEP 513, 571 and 599 gave these names before PEP 600 counted by the version of glibc.
const LEGACY_GLIBC: ReadonlyMap<string, number> = new Map([
  ['manylinux1', 5],
  ['manylinux2010', 12],
  ['manylinux2014', 17],
]);

function manylinux(platform: string): readonly string[] | undefined {
  const match = /^(manylinux(?:1|2010|2014)|manylinux_2_([0-9]{1,3}))_([a-z0-9_]+)$/.exec(platform);
  const [, name = '', minor, architecture = ''] = match ?? [];
  if (match === null) return undefined;
  const newest = LEGACY_GLIBC.get(name) ?? Number(minor);
  const oldest = architecture === 'x86_64' || architecture === 'i686' ? 5 : 17;
  const platforms = downwards(newest, oldest).flatMap((glibc) => [
    `manylinux_2_${glibc}_${architecture}`,
    ...legacyNames(glibc).map((legacy) => `${legacy}_${architecture}`),
  ]);
  return [...platforms, `linux_${architecture}`];
}

function legacyNames(glibc: number): readonly string[] {
  return [...LEGACY_GLIBC].filter(([, minor]) => minor === glibc).map(([name]) => name);
}

/** PEP 656: all minor versions of the same major one. */
function musllinux(platform: string): readonly string[] | undefined {
  const match = /^musllinux_([0-9]{1,3})_([0-9]{1,3})_([a-z0-9_]+)$/.exec(platform);
  if (match === null) return undefined;
  const [, major, minor, architecture] = match;
  const platforms = downwards(Number(minor), 0).map(
    (musl) => `musllinux_${major}_${musl}_${architecture}`,
  );
  return [...platforms, `linux_${architecture}`];
}

/**
 * From macOS 11 each year is a major version, and tags name it with minor version 0; before, each year was a
 * minor version of 10. Only Intel machines run wheels from before 11, as all there was for Apple's own
 * processors are universal ones.
 */
function macos(platform: string): readonly string[] | undefined {
  const match = /^macosx_([0-9]{1,3})_([0-9]{1,3})_(x86_64|arm64)$/.exec(platform);
  if (match === null) return undefined;
  const [, major, minor, architecture = ''] = match;
  if (Number(major) === 10) return macos10(Number(minor), macosFormats(architecture));
  if (Number(major) < 11) return [platform];
  const current = downwards(Number(major), 11).flatMap((year) =>
    macosFormats(architecture).map((format) => `macosx_${year}_0_${format}`),
  );
  const older = architecture === 'x86_64' ? macosFormats(architecture) : ['universal2'];
  return [...current, ...macos10(16, older)];
}

function macos10(newestMinor: number, formats: readonly string[]): readonly string[] {
  return downwards(newestMinor, 4).flatMap((minor) =>
    formats.map((format) => `macosx_10_${minor}_${format}`),
  );
}

function macosFormats(architecture: string): readonly string[] {
  return architecture === 'arm64'
    ? ['arm64', 'universal2']
    : ['x86_64', 'intel', 'fat64', 'fat3', 'universal2', 'universal'];
}

function downwards(newest: number, oldest: number): readonly number[] {
  return Array.from({ length: Math.max(0, newest - oldest + 1) }, (_, index) => newest - index);
}
