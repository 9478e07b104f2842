import { expect, test } from 'vitest';

import { planFlush } from '../../src/ledger/flush.ts';
import { requireSuccessor } from '../../src/ledger/head-order.ts';
import {
  decodeHead,
  emptyHead,
  encodeHead,
  extendHead,
  type Head,
  inlineEntry,
} from '../../src/ledger/head.ts';
import { digest, ORIGIN, policy, stamped } from './samples.ts';

const EMPTY = emptyHead({ origin: ORIGIN, publicKey: 'AA==' });

function headOf(count: number): Head {
  const entries = Array.from({ length: count }, (_, index) =>
    inlineEntry(stamped(policy(`policy ${index}`))),
  );
  return planFlush(extendHead(EMPTY, entries)).head;
}

test.each([0, 1, 255, 256, 300, 700])('a head of %i entries is read as it was written', (count) => {
  const head = headOf(count);
  expect(decodeHead(encodeHead(head), EMPTY)).toEqual(head);
  expect(decodeHead(encodeHead(head), head)).toEqual(head);
});

test.each<[string, (text: string) => string, string]>([
  ['a newer format', (text) => text.replace('"format":1', '"format":2'), 'store-too-new'],
  ['an unknown member', (text) => text.replace('{', '{"a":1,'), 'store-corrupt'],
  ['an entry less', (text) => text.replace(/\n.*\n$/, '\n'), 'store-corrupt'],
  ['a torn end', (text) => text.slice(0, -1), 'store-corrupt'],
  ['too many flushed', (text) => text.replace('"flushed":256', '"flushed":512'), 'store-corrupt'],
  ['no edge', (text) => text.replace(/"edge":\[[^\]]*\]/, '"edge":[]'), 'store-corrupt'],
  ['nothing', () => '', 'store-corrupt'],
])('a head is not read with %s', (_, change, code) => {
  const text = Buffer.from(encodeHead(headOf(300))).toString();
  const changed = change(text);
  expect(changed).not.toBe(text);
  expect(() => decodeHead(Buffer.from(changed), EMPTY)).toThrow(expect.objectContaining({ code }));
});

test.each([
  [0, 0],
  [0, 700],
  [1, 2],
  [255, 256],
  [300, 300],
  [300, 600],
  [300, 2000],
])('a head of %i entries may be followed by one of %i', (before, after) => {
  expect(() => requireSuccessor(headOf(before), headOf(after))).not.toThrow();
});

const OTHER = inlineEntry(stamped(policy('other')));

test.each<[string, Head, Head]>([
  ['less entries', headOf(300), headOf(299)],
  ['less flushed', headOf(512), { ...headOf(600), flushed: 256 }],
  ['another origin', headOf(1), { ...headOf(2), origin: 'other' }],
  ['another key', headOf(1), { ...headOf(2), publicKey: 'AQ==' }],
  ['another entry', headOf(3), extendHead(headOf(2), [OTHER, OTHER])],
  ['another entry at the same size', headOf(3), extendHead(headOf(2), [OTHER])],
  ['another hash', headOf(300), { ...headOf(600), edge: [[Buffer.alloc(32), Buffer.alloc(32)]] }],
  ['another state', headOf(3), { ...headOf(4), state: { catalogues: {}, policy: digest('x') } }],
])('a head is refused after one that it cannot follow: %s', (_, seen, newer) => {
  expect(() => requireSuccessor(seen, newer)).toThrow(
    expect.objectContaining({ code: 'ledger-inconsistent' }),
  );
});
