import { setImmediate as nextTurn } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import type { RandomAccess } from '../../../src/model/random-access.ts';
import { openZip } from '../../../src/validation/archives/zip.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import { messageOf, refusalOf } from '../../fixtures/refusals.ts';
import { noise } from '../../fixtures/wheels.ts';
import { buildZip, type FixtureMember } from '../../fixtures/zip.ts';

const MIB = 1024 * 1024;
/** Too large for one piece, and a few kilobytes as they are packed. */
const ZEROS = Buffer.alloc(2 * MIB);
const PACKED = deflateRawSync(ZEROS);

async function lengthsOf(access: RandomAccess): Promise<readonly number[]> {
  const archive = await openZip(access);
  const [member] = archive.members;
  if (member === undefined) throw new Error('the archive is empty');
  const lengths: number[] = [];
  for await (const { length } of archive.stream(member)) lengths.push(length);
  return lengths;
}

function zipOf(member: Partial<FixtureMember>) {
  return memoryAccess(buildZip([{ name: 'a', content: ZEROS, ...member }]));
}

/** The bytes of a zip, where reading what is large ends with this. */
function failing(bytes: Uint8Array, fail: () => void): RandomAccess {
  const access = memoryAccess(bytes);
  return {
    sizeBytes: access.sizeBytes,
    async read(offset, length) {
      if (length > MIB / 2) fail();
      return access.read(offset, length);
    },
  };
}

describe('a member comes in one piece', () => {
  test.each<[string, Partial<FixtureMember>, boolean]>([
    ['that has one MiB', { content: Buffer.alloc(MIB) }, true],
    ['that has a byte more, however little is packed', { content: Buffer.alloc(MIB + 1) }, false],
    ['that has one MiB, and more than that as it is packed', { content: noise(MIB) }, false],
  ])('%s: %s', async (_, member, isOne) => {
    const lengths = await lengthsOf(zipOf(member));
    expect(lengths.length === 1).toBe(isOne);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(
      Buffer.from(member.content ?? '').length,
    );
  });
});

describe('a large member is refused that', () => {
  const declared = 'a member does not inflate as declared: "a", expected';
  test.each<[string, Partial<FixtureMember>, string]>([
    [
      'has bytes after its end',
      { packed: Buffer.concat([PACKED, Buffer.from('hidden')]) },
      `${declared} ${PACKED.length + 6} bytes, got ${PACKED.length} (at byte 0)`,
    ],
    [
      'has no end',
      { packed: PACKED.subarray(0, -2) },
      'a member does not inflate: "a", unexpected end of file (at byte 0)',
    ],
    [
      'is not deflated',
      { packed: Buffer.alloc(2000, 0xff) },
      'a member does not inflate: "a", invalid block type (at byte 0)',
    ],
    [
      'is smaller than declared',
      { lies: { unpackedBytes: 2 * MIB + 1 } },
      `${declared} 2097153 bytes, got 2097152 (at byte 0)`,
    ],
    [
      'is larger than declared',
      { lies: { unpackedBytes: 2 * MIB - 1 } },
      `${declared} 2097151 bytes, got more (at byte 0)`,
    ],
    [
      'has another CRC-32',
      { lies: { crc: 1 } },
      'the content of a member has another CRC-32 than declared: "a" (at byte 0)',
    ],
    [
      'is stored and has another CRC-32',
      { stored: true, lies: { crc: 1 } },
      'the content of a member has another CRC-32 than declared: "a" (at byte 0)',
    ],
  ])('%s', async (_, member, message) => {
    expect(await messageOf(lengthsOf(zipOf(member)))).toBe(message);
    const reason = message.includes('CRC-32') ? 'bad-crc' : 'bad-deflate';
    expect(await refusalOf(lengthsOf(zipOf(member)))).toBe(reason);
  });
});

test('nothing is given of a large member beyond its declared size', async () => {
  const archive = await openZip(zipOf({ lies: { unpackedBytes: (1.2 * MIB) | 0 } }));
  const [member] = archive.members;
  let givenBytes = 0;
  async function take(): Promise<void> {
    if (member === undefined) return;
    for await (const { length } of archive.stream(member)) givenBytes += length;
  }
  expect(await messageOf(take())).toContain('got more');
  expect(givenBytes).toBeGreaterThan(0);
  expect(givenBytes).toBeLessThanOrEqual(1.2 * MIB);
});

describe('what the bytes cannot be read for is passed on', () => {
  const bytes = buildZip([{ name: 'a', content: noise(3 * MIB) }]);

  test('as the error that it is, also where it has a code', async () => {
    const error = Object.assign(new Error('i/o error'), { code: 'EIO' });
    const access = failing(bytes, () => {
      throw error;
    });
    await expect(lengthsOf(access)).rejects.toBe(error);
  });

  test('with an error around it where it is none', async () => {
    const access = failing(bytes, () => AbortSignal.abort('gone').throwIfAborted());
    await expect(lengthsOf(access)).rejects.toMatchObject({ message: 'unreadable', cause: 'gone' });
  });
});

test('a large member comes in few pieces, none of them larger than a MiB', async () => {
  expect(await lengthsOf(zipOf({ stored: true }))).toEqual([MIB, MIB]);
  const inflated = await lengthsOf(zipOf({}));
  expect(inflated.length).toBeLessThan(10);
  expect(Math.max(...inflated)).toBeLessThanOrEqual(MIB);
});

test.each([true, false])(
  'a large member that is given up is not read on, and nothing is being read any more (stored: %s)',
  async (stored) => {
    const access = memoryAccess(buildZip([{ name: 'a', content: noise(5 * MIB), stored }]));
    const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<void>();
    let open = 0;
    let large = 0;
    const archive = await openZip({
      sizeBytes: access.sizeBytes,
      async read(offset, length) {
        open += 1;
        if (length > MIB / 2) large += 1;
        if (large > 1) await givenUp;
        open -= 1;
        return access.read(offset, length);
      },
    });
    const [member] = archive.members;
    const before = access.reads.length;
    for await (const { length } of member === undefined ? [] : archive.stream(member)) {
      expect(length).toBeGreaterThan(0);
      setImmediate(giveUp);
      break;
    }
    expect(open).toBe(0);
    expect(access.reads.length - before).toBeLessThan(4);
  },
);

test.each([true, false])(
  'of a large member little is read before it is wanted (stored: %s)',
  async (stored) => {
    const access = memoryAccess(buildZip([{ name: 'a', content: noise(5 * MIB), stored }]));
    const archive = await openZip(access);
    const [member] = archive.members;
    const before = access.reads.length;
    for await (const { length } of member === undefined ? [] : archive.stream(member)) {
      expect(length).toBeGreaterThan(0);
      for (let turn = 0; turn < 100; turn += 1) await nextTurn();
      break;
    }
    expect(access.reads.length - before).toBeLessThan(4);
  },
);

test('what cannot be read ahead is told when it is wanted, and not before', async () => {
  const unheard: unknown[] = [];
  function hear(error: unknown): void {
    unheard.push(error);
  }
  process.on('unhandledRejection', hear);
  let large = 0;
  const bytes = buildZip([{ name: 'a', content: noise(3 * MIB), stored: true }]);
  const access = failing(bytes, () => {
    large += 1;
    if (large === 2) throw new Error('the disk is gone');
  });
  const archive = await openZip(access);
  const [member] = archive.members;
  async function takeSlowly(): Promise<void> {
    for await (const _ of member === undefined ? [] : archive.stream(member)) {
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    }
  }
  await expect(takeSlowly()).rejects.toThrow('the disk is gone');
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});
