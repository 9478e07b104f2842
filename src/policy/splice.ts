import { GatehouseError } from '../model/errors.ts';
import { coreTypeOf } from './scalars.ts';
import type { ListNode } from './yaml-tree.ts';

/** A change of one piece of a text, and what it makes of the list that it is in. */
export interface Splice {
  /** What stands between these offsets is replaced. */
  readonly start: number;
  readonly end: number;
  readonly written: string;
  /** The values of the list afterwards. */
  readonly values: readonly unknown[];
}

/** The list to change and the text that it is in. */
export interface ListText {
  readonly text: string;
  readonly list: ListNode;
}

/** The text with the replacement in its place. */
export function applySplice(text: string, { start, end, written }: Splice): string {
  return text.slice(0, start) + written + text.slice(end);
}

/** A text as a scalar in a block or a flow list, quoted where YAML would read something else without. */
export function writeScalar(value: string, inside: 'block' | 'flow'): string {
  const safe = inside === 'flow' ? /^[a-z0-9][\w.-]*$/i : /^[a-z0-9][\w .,<>=!~*+[\]-]*$/i;
  return safe.test(value) && coreTypeOf(value) === 'string' ? value : JSON.stringify(value);
}

/** The error for an edit that a person has to make. */
export function byHand(why: string): GatehouseError {
  return new GatehouseError('invalid-policy', `cannot edit the policy: ${why}`, {
    hint: 'edit packages.allow by hand',
  });
}
