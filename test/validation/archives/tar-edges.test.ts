import { gzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { GZIP_LIMITS, type GzipLimits, gunzip } from '../../../src/validation/archives/gzip.ts';
import { TAR_LIMITS, type TarLimits } from '../../../src/validation/archives/tar-limits.ts';
import { readTar, type TarEntry } from '../../../src/validation/archives/tar.ts';
import { GOOD_TAR, gzipWith, HOSTILE_GZIPS, HOSTILE_TARS, tarOf } from '../../fixtures/odd-tars.ts';
import { messageOf, refusalOf } from '../../fixtures/refusals.ts';
import { buildTar, longHeader, paxHeader } from '../../fixtures/tar.ts';
import { noise } from '../../fixtures/wheels.ts';

async function* inPieces(bytes: Uint8Array, size = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

type Described = Omit<TarEntry, 'stream'>;

async function list(
  bytes: Uint8Array,
  limits: Partial<TarLimits> = {},
): Promise<readonly Described[]> {
  const entries: Described[] = [];
  const options = { limits: { ...TAR_LIMITS, ...limits }, links: 'inside' } as const;
  for await (const entry of readTar(inPieces(bytes), options)) {
    const { name, kind, sizeBytes, mode, offset, linkTarget } = entry;
    entries.push({
      name,
      kind,
      sizeBytes,
      mode,
      offset,
      ...(linkTarget !== undefined && { linkTarget }),
    });
  }
  return entries;
}

async function unpacked(bytes: Uint8Array, limits: Partial<GzipLimits>): Promise<number> {
  const pieces = await Array.fromAsync(gunzip(inPieces(bytes), { ...GZIP_LIMITS, ...limits }));
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

test('a member says what it is and where its first header is', async () => {
  const long = `d/${'long'.repeat(40)}`;
  const bytes = buildTar([
    { name: 'd/', mode: 0o042755 },
    paxHeader(['path', 'x']),
    { name: 'cut', content: 'abc', mode: 0o100640 },
    longHeader('L', long),
    { name: long, type: '2', link: 'y', format: 'gnu', mode: 0o777 },
  ]);
  expect(await list(bytes)).toEqual([
    { name: 'd', kind: 'directory', sizeBytes: 0, mode: 0o2755, offset: 0 },
    { name: 'x', kind: 'file', sizeBytes: 3, mode: 0o640, offset: 512 },
    { name: long, kind: 'symlink', sizeBytes: 0, mode: 0o777, offset: 2560, linkTarget: 'y' },
  ]);
});

test('links are refused where nobody asks for them', async () => {
  const bytes = buildTar([{ name: 'l', type: '2', link: 'y' }]);
  expect(await refusalOf(Array.fromAsync(readTar(inPieces(bytes))))).toBe('link-refused');
});

describe('a refusal says what was expected, what is there, and where', () => {
  test.each([
    ['one block of zeros', 'a tar file ends with one block of zeros (at byte 2560)'],
    ['half a block at the end', 'a tar file ends inside a member (at byte 3148)'],
    ['an end after an extended header', 'a tar file ends after an extended header (at byte 2048)'],
    ['a byte far behind the end', 'bytes follow the end (at byte 10752)'],
    [
      'an owner that goes on after its end',
      'a text in a header goes on after its end (at byte 265)',
    ],
    ['a time that is not octal', 'a number in a header is not octal (at byte 136)'],
    ['a mode that is too large', 'a mode is no mode: 7777777 (at byte 0)'],
    ['bytes after a content', 'bytes are hidden between two members (at byte 521)'],
    ['the type zero', 'a member is of no known type: "\\u0000" (at byte 0)'],
    ['a set-uid file', 'a member is not a plain file: "a.txt", mode 4755 (at byte 0)'],
    ['two extended headers', 'a member has extended headers that rival each other (at byte 1024)'],
    [
      'an extended header that is too large',
      'an extended header is too large: expected at most 1000 bytes, got 2014 (at byte 0)',
    ],
    ['an extended header with a key twice', 'a key is given twice: "path" (at byte 521)'],
    [
      'an extended header with an unknown key after a known one',
      'an extended header has an unknown key: "EVIL.path" (at byte 521)',
    ],
    ['an extended header with another size', 'a member has two sizes: 9 and 0 (at byte 0)'],
    [
      'an extended header with bytes after the records',
      'an extended header has no whole record here (at byte 521)',
    ],
    [
      'a link to "../../etc"',
      'a symbolic link may leave the archive: "b/link" to "../../etc" (at byte 1024)',
    ],
    [
      'a hard link to a symbolic one',
      'a hard link is to no file before it: "h" to "l" (at byte 512)',
    ],
    ['too many members', 'too many members: expected at most 1 (at byte 1024)'],
    ['too many bytes', 'a tar file is too large: expected at most 1500 bytes (at byte 1536)'],
  ])('%s', async (what, message) => {
    const row = HOSTILE_TARS.find((candidate) => candidate.what === what);
    if (row === undefined) throw new Error(`no row: ${what}`);
    expect(await messageOf(list(tarOf(row), row.limits))).toBe(message);
  });

  test.each([
    ['a comment', 'the header of a gzip file has more than a name: flags 0x10 (at byte 3)'],
    ['no deflate', 'a gzip file does not inflate: invalid block type (at byte 10)'],
    ['a cut length', 'a gzip file ends before its CRC-32 and length (at byte 120)'],
    [
      'another CRC',
      'the content of a gzip file has another CRC-32 or length than declared (at byte 120)',
    ],
    ['a zero after the end', 'bytes follow the end of a gzip file (at byte 128)'],
    ['too much', 'a gzip file inflates to too much: expected at most 2000 bytes (at byte 0)'],
  ])('gzip: %s', async (what, message) => {
    const row = HOSTILE_GZIPS.find((candidate) => candidate.what === what);
    if (row === undefined) throw new Error(`no row: ${what}`);
    expect(await messageOf(unpacked(row.bytes, row.limits ?? {}))).toBe(message);
  });
});

describe('a limit is the most that is accepted', () => {
  const header = paxHeader(['comment', 'x'.repeat(500)]);
  const headerBytes = Number.parseInt(header.toString('latin1', 124, 135), 8);
  const withHeader = buildTar([header, { name: 'a' }]);

  test.each<[string, Uint8Array, Partial<TarLimits>, string]>([
    ['members', GOOD_TAR, { members: 2 }, 'accepted'],
    ['and one more', GOOD_TAR, { members: 1 }, 'too-many-members'],
    ['bytes', GOOD_TAR, { totalBytes: GOOD_TAR.length }, 'accepted'],
    ['and one more', GOOD_TAR, { totalBytes: GOOD_TAR.length - 1 }, 'too-large'],
    ['bytes of extended headers', withHeader, { headerBytes }, 'accepted'],
    ['and one more', withHeader, { headerBytes: headerBytes - 1 }, 'header-too-large'],
  ])('%s', async (_, bytes, limits, expected) => {
    const { length } = expected;
    expect((await refusalOf(list(bytes, limits))).slice(0, length)).toBe(expected);
  });

  const zeros = gzipSync(new Uint8Array(60_000));
  test.each<[string, Uint8Array, Partial<GzipLimits>, string]>([
    ['unpacked bytes', zeros, { unpackedBytes: 60_000 }, 'accepted: 60000'],
    ['and one more', zeros, { unpackedBytes: 59_999 }, 'too-large'],
    [
      'bytes from which the ratio counts',
      zeros,
      { ratioFromBytes: 60_000, ratio: 1 },
      'accepted: 60000',
    ],
    ['and one more', zeros, { ratioFromBytes: 59_999, ratio: 1 }, 'ratio'],
    [
      'the ratio, where the header does not count',
      zeros,
      { ratioFromBytes: 0, ratio: 60_000.001 / (zeros.length - 10) },
      'accepted: 60000',
    ],
    [
      'and a little more',
      zeros,
      { ratioFromBytes: 0, ratio: 59_999 / (zeros.length - 10) },
      'ratio',
    ],
    // Stored: 19 bytes in a block of 5 more and a trailer of 8, which make 32.
    [
      'the ratio to the byte',
      gzipSync(noise(19), { level: 0 }),
      { ratioFromBytes: 0, ratio: 19 / 32 },
      'accepted: 19',
    ],
  ])('gzip: %s', async (_, bytes, limits, expected) => {
    expect(await refusalOf(unpacked(bytes, limits))).toBe(expected);
  });

  test.each([1, 1034, 1035, 100_000])(
    'gzip: a name of 1024 characters, in pieces of %d bytes',
    async (size) => {
      const bytes = gzipWith(8, `${'x'.repeat(1024)}\0`);
      const pieces = await Array.fromAsync(gunzip(inPieces(bytes, size)));
      expect(Buffer.concat(pieces).equals(GOOD_TAR)).toBe(true);
    },
  );
});

test('what is read of a member in part is passed over for the rest', async () => {
  const content = noise(3000);
  const bytes = buildTar([
    { name: 'a', content },
    { name: 'b', content: 'x' },
  ]);
  const lengths: number[] = [];
  for await (const entry of readTar(inPieces(bytes, 100))) {
    for await (const piece of entry.stream()) {
      lengths.push(piece.length);
      break;
    }
  }
  expect(lengths).toEqual([88, 1]);
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield gzipSync(noise(200_000)).subarray(0, 100_000);
  AbortSignal.abort('gone').throwIfAborted();
}

test('a source that fails with anything else than an error is not taken for an end', async () => {
  await expect(Array.fromAsync(gunzip(failing()))).rejects.toMatchObject({
    message: 'unreadable',
    cause: 'gone',
  });
});

test('the source is closed where the header is refused', async () => {
  let isClosed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield* inPieces(GOOD_TAR);
    } finally {
      isClosed = true;
    }
  }
  expect(await refusalOf(Array.fromAsync(gunzip(source())))).toBe('gzip-header');
  expect(isClosed).toBe(true);
});

test('an error of the source that has a code is none of the file', async () => {
  const error = Object.assign(new Error('i/o error'), { code: 'EIO' });
  async function* source(): AsyncGenerator<Uint8Array> {
    yield gzipSync(noise(200_000)).subarray(0, 100_000);
    throw error;
  }
  await expect(Array.fromAsync(gunzip(source()))).rejects.toBe(error);
});

test('who reads a member too late hears that', async () => {
  const [first] = await Array.fromAsync(readTar(inPieces(GOOD_TAR)));
  await expect(Array.fromAsync(first?.stream() ?? [])).rejects.toThrow(
    'the reader is past this member',
  );
});
