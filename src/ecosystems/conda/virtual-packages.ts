import type { CondaTarget } from '../../model/target.ts';
import { matchesRecord } from './match-spec.ts';
import type { MatchSpec } from './match-spec.ts';

/** The virtual packages that every system of a kind has (CEP 30), and those that no such system can have. */
interface System {
  readonly has: readonly string[];
  readonly lacks: readonly string[];
}

const SYSTEMS: ReadonlyMap<string, System> = new Map([
  ['linux', { has: ['__unix', '__linux'], lacks: ['__osx', '__win'] }],
  ['osx', { has: ['__unix', '__osx'], lacks: ['__linux', '__win', '__glibc'] }],
  ['win', { has: ['__win'], lacks: ['__unix', '__linux', '__osx', '__glibc'] }],
]);

/** What a target has only if it says so: a machine without a GPU has none. */
const ONLY_IF_SAID: ReadonlySet<string> = new Set(['__cuda', '__cuda_arch']);
const HAS_NO_VERSION: ReadonlySet<string> = new Set(['__unix']);

/**
 * Whether a target meets a need such as `__glibc >=2.17`. What the target states decides; else what its subdir
 * implies. Undefined: neither tells, such as a version of `__glibc` or `__linux` that the target does not state.
 */
export function meetsVirtual(need: MatchSpec, target: CondaTarget): boolean | undefined {
  const stated = Object.hasOwn(target.virtual, need.name) ? target.virtual[need.name] : undefined;
  if (stated !== undefined) return stateMeets(need, stated);
  const system = SYSTEMS.get(target.subdir.replace(/-.*/s, ''));
  if (system?.lacks.includes(need.name) || ONLY_IF_SAID.has(need.name)) return false;
  const isThere = system?.has.includes(need.name) || need.name === '__archspec';
  if (!isThere) return undefined;
  if (HAS_NO_VERSION.has(need.name)) return stateMeets(need, '0');
  return asksNothingMore(need) ? true : undefined;
}

/** What is stated of `__archspec` is the machine, which it has as its build (CEP 30). */
function stateMeets(need: MatchSpec, stated: string): boolean | undefined {
  const { name } = need;
  return name === '__archspec'
    ? matchesRecord(need, { name, version: '1', build: stated })
    : matchesRecord(need, { name, version: stated, build: '0' });
}

function asksNothingMore({ version, build, buildNumber }: MatchSpec): boolean {
  const anyVersion = version === undefined || version.kind === 'any';
  return anyVersion && (build === undefined || build === '*') && buildNumber === undefined;
}
