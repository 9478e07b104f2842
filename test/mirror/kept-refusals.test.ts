import { expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { type Moment, createKeptRefusals, momentOf } from '../../src/mirror/kept-refusals.ts';
import type { Refused } from '../../src/mirror/open.ts';
import { parseSha256 } from '../../src/model/sha256.ts';

const FOO = parseProjectName('foo');
const START: Moment = { generation: 7, now: 1_000_000 };
const REFUSED: Refused = {
  kind: 'refused',
  ecosystem: 'pypi',
  project: FOO,
  version: '1.0',
  findings: [],
};

function wanted(filename = 'foo-1.0-py3-none-any.whl') {
  return { project: FOO, sha256: parseSha256('ab'.repeat(32)), filename };
}

function open() {
  const time = { ...START };
  const state = {
    get generation() {
      return time.generation;
    },
    clock: () => time.now,
  };
  return { time, state, refusals: createKeptRefusals(state) };
}

test.each<readonly [string, Moment, number | undefined, boolean]>([
  ['while nothing changed', START, undefined, true],
  ['for some seconds', { ...START, now: START.now + 9_999 }, undefined, true],
  ['no longer, so that the walk sees what is asked for', later(10_000), undefined, false],
  ['until the instant that the gate named', later(99), START.now + 100, true],
  ['not at the instant that the gate named', later(100), START.now + 100, false],
  ['not after a change', { ...START, generation: 8 }, undefined, false],
  ['not when the clock went back', later(-1), undefined, false],
])('a refusal stands: %s', (_, now, until, stands) => {
  const { time, state, refusals } = open();
  const refused = until === undefined ? REFUSED : { ...REFUSED, until };
  refusals.keep(wanted(), refused, momentOf(state));
  Object.assign(time, now);
  expect(refusals.find(wanted())).toBe(stands ? refused : undefined);
});

test('a refusal found out while something changed does not stand', () => {
  const { time, state, refusals } = open();
  const asked = momentOf(state);
  time.generation += 1;
  refusals.keep(wanted(), REFUSED, asked);
  expect(refusals.find(wanted())).toBeUndefined();
});

test('one file says nothing of another', () => {
  const { state, refusals } = open();
  refusals.keep(wanted(), REFUSED, momentOf(state));
  expect(refusals.find(wanted('foo-2.0-py3-none-any.whl'))).toBeUndefined();
  expect(refusals.find({ ...wanted(), sha256: parseSha256('cd'.repeat(32)) })).toBeUndefined();
  expect(refusals.find({ ...wanted(), project: parseProjectName('bar') })).toBeUndefined();
});

test('of very many the least used is forgotten', () => {
  const { state, refusals } = open();
  const names = Array.from({ length: 4097 }, (_, index) => wanted(`foo-${index}.tar.gz`));
  const [first = wanted(), second = wanted(), ...rest] = names;
  for (const name of [first, second]) refusals.keep(name, REFUSED, momentOf(state));
  expect(refusals.find(first)).toBe(REFUSED);
  for (const name of rest) refusals.keep(name, REFUSED, momentOf(state));
  expect(refusals.find(first)).toBe(REFUSED);
  expect(refusals.find(second)).toBeUndefined();
});

function later(milliseconds: number): Moment {
  return { ...START, now: START.now + milliseconds };
}
