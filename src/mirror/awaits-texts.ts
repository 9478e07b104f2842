import type { Decision } from '../model/decision.ts';
import type { KnownArtifact } from './knowledge.ts';

/** What only a licence text could settle. */
const OPEN: ReadonlySet<string> = new Set([
  'license/ambiguous',
  'license/text-only',
  'license/unknown',
  'license/unread',
]);

/**
 * Whether a wheel that was judged on its metadata waits for its licence texts: they were not read, and nothing but an
 * open licence refuses it. Where they could not be had, it does not wait until they are tried again.
 */
export function awaitsTexts(
  { name, provisional, evidence, metadataFailure }: KnownArtifact,
  decision: Decision,
): boolean {
  if (name.kind !== 'wheel' || evidence !== undefined || metadataFailure !== undefined)
    return false;
  if (provisional === undefined || provisional.licenseTexts !== undefined) return false;
  const refusing = decision.findings.filter(({ effect }) => effect !== 'approve');
  return refusing.length > 0 && refusing.every(({ code }) => OPEN.has(code));
}
