import type { ProvenanceReason, RefusedProvenance } from '../../model/provenance.ts';

const LONGEST = 300;

/** Provenance is refused; the message may quote what came from outside, so it has a bound. */
export function refused(reason: ProvenanceReason, message: string): RefusedProvenance {
  return { kind: 'refused', reason, message: message.slice(0, LONGEST) };
}
