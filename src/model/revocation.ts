import type { Sha256 } from './sha256.ts';
import type { ProjectName } from './subject.ts';
import type { Instant } from './time.ts';

/** Somebody took bytes or a release back. It outlives policies and can be lifted by no waiver. */
export interface Revocation {
  readonly what:
    | { readonly kind: 'bytes'; readonly sha256: Sha256 }
    | { readonly kind: 'release'; readonly project: ProjectName; readonly version: string };
  readonly reason: string;
  readonly actor: string;
  readonly time: Instant;
}
