/** An environment that a notebook has. */
export type Target = PythonTarget | CondaTarget;

/** CPython `3.12` on the wheel platform `manylinux_2_28_x86_64`. */
export interface PythonTarget {
  /** Short and stable, for messages and keys: `3.12/manylinux_2_28_x86_64`. */
  readonly id: string;
  /** Major and minor version only; the patch level is not fixed. */
  readonly python: string;
  /** A platform tag; what is compatible with it is installable too. */
  readonly platform: string;
}

/** A conda environment; which Python it has is a package of it. */
export interface CondaTarget {
  /** Its subdir: `linux-64`. */
  readonly id: string;
  readonly subdir: string;
  /** Versions of the virtual packages that it has, such as `__glibc` 2.28. */
  readonly virtual: Readonly<Record<string, string>>;
}

export function isPythonTarget(target: Target): target is PythonTarget {
  return 'python' in target;
}

/** The targets that wheels are for. */
export function pythonTargets(targets: readonly Target[]): readonly PythonTarget[] {
  return targets.filter(isPythonTarget);
}

/** The targets that conda packages are for. */
export function condaTargets(targets: readonly Target[]): readonly CondaTarget[] {
  return targets.flatMap((target) => (isPythonTarget(target) ? [] : [target]));
}
