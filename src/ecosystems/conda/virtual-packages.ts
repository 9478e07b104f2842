import type { CondaTarget } from '../../model/target.ts';
import type { MatchSpec } from './match-spec.ts';
export function meetsVirtual(_need: MatchSpec, _target: CondaTarget): boolean | undefined {
  return undefined;
}
