import type { CondaTarget } from '../../model/target.ts';
import { findMatchSpec, type MatchSpec } from './match-spec.ts';
import { meetsVirtual } from './virtual-packages.ts';

/** An entry of `depends`, read; absent `spec`: it cannot be read, so that nobody knows what it needs. */
export interface ReadNeed {
  readonly text: string;
  readonly spec: MatchSpec | undefined;
}

/** Reads the entries of a record's `depends` (CEP 34), each once. */
export function readNeeds(depends: readonly string[]): readonly ReadNeed[] {
  return depends.map((text) => ({ text, spec: findMatchSpec(text) }));
}

/** Whether it asks the system (`__glibc >=2.17`) and not the channel. */
export function isVirtual({ spec }: ReadNeed): boolean {
  return spec?.name.startsWith('__') === true;
}

/** Whether a target has the virtual packages that a record needs; what cannot be said counts as missing. */
export function hasVirtualPackages(depends: readonly string[], target: CondaTarget): boolean {
  // Asked of each target for every artifact: most needs show without being read that they are none.
  return readNeeds(depends.filter((text) => text.includes('__')))
    .filter(isVirtual)
    .every(({ spec }) => spec !== undefined && meetsVirtual(spec, target) === true);
}
