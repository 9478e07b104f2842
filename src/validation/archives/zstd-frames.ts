import { zstdRefused } from './refusals.ts';

/** Bytes of one frame; `last` when they end it. */
export interface FramePart {
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

export interface FrameLimits {
  /** Readers differ in what follows the first frame: some read it, some do not. */
  readonly frames: number;
  readonly windowLog: number;
}

/** Follows frames through pieces; the bytes come back, cut where frames end. */
export interface FrameWalk {
  readonly take: (piece: Uint8Array) => readonly FramePart[];
  /** Refuses what ends inside a frame, or before the first. */
  readonly end: () => void;
}

type Place = 'magic' | 'descriptor' | 'header' | 'block-header' | 'block' | 'checksum';

const MAGIC = 0xfd2fb528;
const BLOCK_BYTES = 128 * 1024;

/**
 * Walks the frames of RFC 8878 by their headers and block headers, without unpacking: Node's decompressor stops
 * silently after the first frame. Refuses skippable frames, dictionaries, reserved bits, large windows, and whatever is
 * not a frame.
 */
export function walkFrames(limits: FrameLimits): FrameWalk {
  const head = Buffer.alloc(16);
  let place: Place = 'magic';
  let filled = 0;
  let wanted = 4;
  let frames = 0;
  let offset = 0;
  let checksum = false;
  let descriptor = 0;
  let blockBytes = 0;
  let lastBlock = false;

  function expect(next: Place, bytes: number): void {
    place = next;
    wanted = bytes;
    filled = 0;
  }

  /** What was wanted is there; says whether the frame is over. */
  function arrived(): boolean {
    switch (place) {
      case 'magic':
        checkMagic(head.readUInt32LE(), frames, offset);
        frames += 1;
        if (frames > limits.frames) {
          const message = `expected at most ${limits.frames} frames`;
          throw zstdRefused('too-many-frames', offset, message);
        }
        expect('descriptor', 1);
        return false;
      case 'descriptor':
        descriptor = head[0] ?? 0;
        checksum = (descriptor & 4) !== 0;
        expect('header', headerBytes(descriptor, offset));
        return false;
      case 'header':
        blockBytes = Math.min(BLOCK_BYTES, windowOf(head, descriptor, limits.windowLog, offset));
        expect('block-header', 3);
        return false;
      case 'block-header': {
        const header = head.readUIntLE(0, 3);
        lastBlock = (header & 1) !== 0;
        expect('block', contentBytes(header, blockBytes, offset));
        return wanted === 0 && arrived();
      }
      case 'block':
        if (!lastBlock) {
          expect('block-header', 3);
          return false;
        }
        expect('checksum', checksum ? 4 : 0);
        return wanted === 0 && arrived();
      case 'checksum':
        expect('magic', 4);
        return true;
      default:
        return place satisfies never;
    }
  }

  return {
    take: (piece) => {
      const parts: FramePart[] = [];
      let start = 0;
      let at = 0;
      while (at < piece.length) {
        const count = Math.min(wanted - filled, piece.length - at);
        if (place !== 'block') head.set(piece.subarray(at, at + count), filled);
        filled += count;
        at += count;
        offset += count;
        if (filled === wanted && arrived()) {
          parts.push({ bytes: piece.subarray(start, at), last: true });
          start = at;
        }
      }
      if (start < at) parts.push({ bytes: piece.subarray(start, at), last: false });
      return parts;
    },
    end: () => {
      if (place === 'magic' && filled > 0 && frames > 0) {
        throw zstdRefused('trailing-bytes', offset, 'bytes follow the last frame');
      }
      if (place !== 'magic' || frames === 0) {
        throw zstdRefused('truncated', offset, 'ends inside a frame');
      }
    },
  };
}

function checkMagic(magic: number, frames: number, offset: number): void {
  if (magic === MAGIC) return;
  if (magic >>> 4 === 0x184d2a5) {
    throw zstdRefused('skippable-frame', offset, 'a frame that readers pass over');
  }
  throw frames === 0
    ? zstdRefused('not-zstd', offset, 'does not begin like zstd')
    : zstdRefused('trailing-bytes', offset, 'bytes follow the last frame');
}

function headerBytes(descriptor: number, offset: number): number {
  if ((descriptor & 8) !== 0) {
    throw zstdRefused('frame-malformed', offset, 'a reserved bit is set');
  }
  if ((descriptor & 3) !== 0) {
    throw zstdRefused('dictionary', offset, 'needs a dictionary');
  }
  return (isSingle(descriptor) ? 0 : 1) + contentSizeBytes(descriptor);
}

/** All is one segment: no window is stated, it is the content's size. */
function isSingle(descriptor: number): boolean {
  return (descriptor & 0x20) !== 0;
}

function contentSizeBytes(descriptor: number): number {
  const flag = descriptor >>> 6;
  if (flag === 0) return isSingle(descriptor) ? 1 : 0;
  return 2 ** flag;
}

/** The window in bytes; larger than allowed: refused. */
function windowOf(head: Buffer, descriptor: number, windowLog: number, offset: number): number {
  const bytes = isSingle(descriptor) ? singleSize(head, descriptor) : statedWindow(head[0] ?? 0);
  if (bytes > 2 ** windowLog) {
    const message = `expected a window of at most 2^${windowLog} bytes, got ${bytes}`;
    throw zstdRefused('window-too-large', offset, message);
  }
  return bytes;
}

function statedWindow(byte: number): number {
  const base = 2 ** (10 + (byte >>> 3));
  return base + (base / 8) * (byte & 7);
}

function singleSize(head: Buffer, descriptor: number): number {
  const flag = descriptor >>> 6;
  if (flag === 0) return head[0] ?? 0;
  if (flag === 1) return head.readUInt16LE() + 256;
  return flag === 2 ? head.readUInt32LE() : Number(head.readBigUInt64LE());
}

/** Bytes of a block that follow its header. */
function contentBytes(header: number, maxBytes: number, offset: number): number {
  const type = (header >>> 1) & 3;
  const size = header >>> 3;
  if (type === 3 || size > maxBytes) {
    throw zstdRefused('frame-malformed', offset, `a block of type ${type} and ${size} bytes`);
  }
  return type === 1 ? 1 : size;
}
