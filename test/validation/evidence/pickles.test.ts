import { expect, test } from 'vitest';

import { buildWheel } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

const SAFE = Buffer.from('\x80\x04N.', 'latin1');
const EVIL = Buffer.from('\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93.', 'latin1');
const APPETITE = 2 * 1024 * 1024;

async function found(extraMembers: Readonly<Record<string, Uint8Array | string>>) {
  return (await contentsOf(buildWheel({ name: 'frog', version: '1.0', extraMembers }))).pickles;
}

/** A string of so many bytes, laid on the stack and dropped again. */
function padding(length: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(length);
  return Buffer.concat([Buffer.from('X'), size, Buffer.alloc(length), Buffer.from('0')]);
}

test('a pickle that looks up something is found by its extension and by its first bytes', async () => {
  const names = ['os system'];
  expect(await found({ 'frog/a.pkl': EVIL, 'frog/model.bin': EVIL })).toEqual([
    { path: 'frog/a.pkl', outcome: 'unlisted', names },
    { path: 'frog/model.bin', outcome: 'unlisted', names },
  ]);
});

test('harmless pickles take no place of those that are not', async () => {
  const safe = Array.from({ length: 60 }, (_, index) => [`frog/${index}.pkl`, SAFE] as const);
  const pickles = await found({ ...Object.fromEntries(safe), 'frog/late.pkl': EVIL });
  expect(pickles?.map(({ path }) => path)).toEqual(['frog/late.pkl']);
});

test.each([
  ['in one pickle', Buffer.concat([SAFE.subarray(0, 2), padding(APPETITE), EVIL.subarray(2)])],
  ['behind a whole one', Buffer.concat([SAFE, EVIL.subarray(0, 2), padding(APPETITE), EVIL])],
  [
    'behind many whole ones that end where reading ends',
    Buffer.concat([...Array.from({ length: APPETITE / SAFE.length }, () => SAFE), EVIL]),
  ],
])('what is named behind the bytes that are read is unreadable: %s', async (_what, bytes) => {
  expect(await found({ 'frog/model.bin': bytes })).toEqual([
    { path: 'frog/model.bin', outcome: 'unreadable', names: [] },
  ]);
});

test.each([
  ['text', 'just text'],
  ['bytes that only begin like a pickle', Buffer.from('\x80\x04\xff\xff', 'latin1')],
  ['many of them', Buffer.concat([Buffer.from('\x80\x04\xff', 'latin1'), Buffer.alloc(APPETITE)])],
  ['a harmless pickle and the end of a line', Buffer.concat([SAFE, Buffer.from('\n')])],
])('%s is none', async (_what, bytes) => {
  expect(await found({ 'frog/data.bin': bytes })).toEqual([]);
});

test('what is called a pickle must be one', async () => {
  expect(await found({ 'frog/a.pickle': 'just text' })).toEqual([
    { path: 'frog/a.pickle', outcome: 'unreadable', names: [] },
  ]);
});
