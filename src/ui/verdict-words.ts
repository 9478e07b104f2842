import type { Verdict } from '../model/decision.ts';

/** How pages call a verdict. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  approve: 'approved',
  review: 'waits for a person',
  deny: 'not approved',
};
