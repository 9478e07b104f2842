import { canHold } from '../../ecosystems/pypi/markers.ts';
import { targetEnvironment } from '../../ecosystems/pypi/target-environment.ts';
import type { ReleaseNeed } from '../../ecosystems/releases.ts';
import { isPythonTarget, type Target } from '../../model/target.ts';

/**
 * The targets (bit i: target i) on which a requirement asks: of the artifact by itself (no extra), or of one
 * extra beyond that.
 */
export type AskedOn = (requirement: ReleaseNeed, extra: string | undefined) => number;

/** Makes an AskedOn that evaluates each marker once per extra. */
export function createAskedOn(targets: readonly Target[]): AskedOn {
  const environments = targets.map((target) =>
    isPythonTarget(target) ? targetEnvironment(target) : undefined,
  );
  const everywhere = 2 ** targets.length - 1;
  const masks = new Map<string, number>();

  function maskOf({ marker, forExtra }: ReleaseNeed, extra: string | undefined): number {
    if (forExtra !== undefined) return extra === forExtra ? everywhere : 0;
    if (marker === undefined) return everywhere;
    const key = `${extra ?? ''};${marker.text}`;
    const known = masks.get(key);
    if (known !== undefined) return known;
    let mask = 0;
    for (const [index, environment] of environments.entries()) {
      // Only PyPI has markers.
      if (environment === undefined || canHold(marker, environment, extra)) mask |= 1 << index;
    }
    masks.set(key, mask);
    return mask;
  }

  return function askedOn(requirement, extra) {
    const mask = maskOf(requirement, extra);
    return extra === undefined ? mask : mask & ~maskOf(requirement, undefined);
  };
}
