/** An environment that a notebook has: CPython `3.12` on the wheel platform `manylinux_2_28_x86_64`. */
export interface Target {
  /** Short and stable, for messages and keys: `3.12/manylinux_2_28_x86_64`. */
  readonly id: string;
  /** Major and minor version only; the patch level is not fixed. */
  readonly python: string;
  /** A platform tag; what is compatible with it is installable too. */
  readonly platform: string;
}
