import { GatehouseError } from '../../model/errors.ts';
import type { PythonTarget } from '../../model/target.ts';
import type { MarkerVariable } from './marker-syntax.ts';
import { patchLevels } from './python-patches.ts';
import { satisfies } from './specifiers.ts';
import type { SpecifierSet } from './specifiers.ts';
import { findVersion } from './versions.ts';

/** What markers can read that a target does not fix; the first two are equal and follow its Python. */
export type OpenVariable =
  | 'python_full_version'
  | 'implementation_version'
  | 'platform_release'
  | 'platform_version'
  | 'extra';

/** What markers read in a target. */
export interface TargetEnvironment {
  /** Major and minor version of Python; the patch level is open. */
  readonly python: string;
  readonly fixed: Readonly<Record<Exclude<MarkerVariable, OpenVariable>, string>>;
}

interface System {
  readonly os_name: string;
  readonly sys_platform: string;
  readonly platform_system: string;
}

const LINUX: System = { os_name: 'posix', sys_platform: 'linux', platform_system: 'Linux' };
const MACOS: System = { os_name: 'posix', sys_platform: 'darwin', platform_system: 'Darwin' };
const WINDOWS: System = { os_name: 'nt', sys_platform: 'win32', platform_system: 'Windows' };

/** Wheel platforms of one machine each; the group is `platform.machine()`, except on Windows. */
const LINUX_PLATFORM =
  /^(?:linux|manylinux1|manylinux2010|manylinux2014|manylinux_[0-9]+_[0-9]+|musllinux_[0-9]+_[0-9]+)_(x86_64|aarch64|i686|armv7l|ppc64le|s390x|riscv64|loongarch64)$/;
const MACOS_PLATFORM = /^macosx_[0-9]+_[0-9]+_(x86_64|arm64)$/;
const WINDOWS_MACHINES: ReadonlyMap<string, string> = new Map([
  ['win_amd64', 'AMD64'],
  ['win_arm64', 'ARM64'],
  ['win32', 'x86'],
]);

/** What markers read in a target, which is CPython; throws `invalid-policy` for a platform of no known machine. */
export function targetEnvironment(target: PythonTarget): TargetEnvironment {
  const { machine, ...system } = platformFacts(target.platform);
  return {
    python: target.python,
    fixed: {
      ...system,
      platform_machine: machine,
      platform_python_implementation: 'CPython',
      implementation_name: 'cpython',
      python_version: target.python,
    },
  };
}

// A page has thousands of artifacts and a few dozen texts of Requires-Python, which strangers write.
const fitting = new Map<string, boolean>();
const FITTING_AT_MOST = 10_000;

/** Whether some final patch release of a minor version such as `3.12` satisfies a `Requires-Python`. */
export function pythonFits(requiresPython: SpecifierSet, python: string): boolean {
  const key = `${python} ${requiresPython.text}`;
  const known = fitting.get(key);
  if (known !== undefined) return known;
  if (fitting.size >= FITTING_AT_MOST) fitting.clear();
  const fits = somePatchFits(requiresPython, python);
  fitting.set(key, fits);
  return fits;
}

function somePatchFits(requiresPython: SpecifierSet, python: string): boolean {
  for (const level of patchLevels(requiresPython.text)) {
    const version = findVersion(`${python}.${level}`);
    if (version !== undefined && satisfies(requiresPython, version)) return true;
  }
  return false;
}

function platformFacts(platform: string): System & { readonly machine: string } {
  const linux = LINUX_PLATFORM.exec(platform)?.[1];
  if (linux !== undefined) return { ...LINUX, machine: linux };
  const macos = MACOS_PLATFORM.exec(platform)?.[1];
  if (macos !== undefined) return { ...MACOS, machine: macos };
  const windows = WINDOWS_MACHINES.get(platform);
  if (windows !== undefined) return { ...WINDOWS, machine: windows };
  throw new GatehouseError(
    'invalid-policy',
    `not a wheel platform of Linux, macOS or Windows with one machine: ${JSON.stringify(platform.slice(0, 80))}`,
    { hint: 'Write one such as manylinux_2_28_x86_64, macosx_14_0_arm64 or win_amd64.' },
  );
}
