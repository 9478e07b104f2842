import { isAscii, isUtf8 } from 'node:buffer';

import { shardRefused } from './shard-refusals.ts';

export interface MsgpackLimits {
  readonly bytes: number;
  /** Maps and lists within each other. */
  readonly depth: number;
}

interface Reading {
  readonly bytes: Buffer;
  readonly maxDepth: number;
  at: number;
}

/**
 * Reads one MessagePack value that is all of the bytes. Maps become objects, bin becomes bytes, an integer is a number
 * or refused. Strict where readers differ: keys are text and come once, no extension, no integer beyond 2^53 and no
 * float that JSON cannot say. A length is believed only as far as there are bytes for it, so nothing large is made of
 * little.
 */
export function readMsgpack(bytes: Uint8Array, limits: MsgpackLimits): unknown {
  if (bytes.length > limits.bytes) {
    throw shardRefused('too-large', limits.bytes, `expected at most ${limits.bytes} bytes`);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const reading = { bytes: buffer, maxDepth: limits.depth, at: 0 };
  const value = readValue(reading, 0);
  if (reading.at < bytes.length) {
    throw shardRefused('trailing-bytes', reading.at, 'something follows the value');
  }
  return value;
}

function readValue(reading: Reading, depth: number): unknown {
  const at = reading.at;
  const type = reading.bytes[take(reading, 1)] ?? 0;
  if (type <= 0x7f) return type;
  if (type <= 0x8f) return readMap(reading, type & 0x0f, depth + 1);
  if (type <= 0x9f) return readList(reading, type & 0x0f, depth + 1);
  if (type <= 0xbf) return readText(reading, type & 0x1f);
  if (type >= 0xe0) return type - 0x100;
  switch (type) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
      return readBytes(reading, readUint(reading, 1));
    case 0xc5:
      return readBytes(reading, readUint(reading, 2));
    case 0xc6:
      return readBytes(reading, readUint(reading, 4));
    case 0xca:
      return finite(reading.bytes.readFloatBE(take(reading, 4)), at);
    case 0xcb:
      return finite(reading.bytes.readDoubleBE(take(reading, 8)), at);
    case 0xcc:
      return readUint(reading, 1);
    case 0xcd:
      return readUint(reading, 2);
    case 0xce:
      return readUint(reading, 4);
    case 0xcf:
      return safe(reading.bytes.readBigUInt64BE(take(reading, 8)), at);
    case 0xd0:
      return reading.bytes.readInt8(take(reading, 1));
    case 0xd1:
      return reading.bytes.readInt16BE(take(reading, 2));
    case 0xd2:
      return reading.bytes.readInt32BE(take(reading, 4));
    case 0xd3:
      return safe(reading.bytes.readBigInt64BE(take(reading, 8)), at);
    case 0xd9:
      return readText(reading, readUint(reading, 1));
    case 0xda:
      return readText(reading, readUint(reading, 2));
    case 0xdb:
      return readText(reading, readUint(reading, 4));
    case 0xdc:
      return readList(reading, readUint(reading, 2), depth + 1);
    case 0xdd:
      return readList(reading, readUint(reading, 4), depth + 1);
    case 0xde:
      return readMap(reading, readUint(reading, 2), depth + 1);
    case 0xdf:
      return readMap(reading, readUint(reading, 4), depth + 1);
    case 0xc1:
      throw shardRefused('not-msgpack', at, 'a byte that begins nothing: 0xc1');
    default:
      throw shardRefused('extension', at, `an extension type: 0x${type.toString(16)}`);
  }
}

/** Goes on; says where the bytes are. */
function take(reading: Reading, count: number): number {
  const { at } = reading;
  if (count > reading.bytes.length - at) {
    throw shardRefused('truncated', reading.bytes.length, 'ends inside a value');
  }
  reading.at += count;
  return at;
}

function readUint(reading: Reading, count: number): number {
  return reading.bytes.readUIntBE(take(reading, count), count);
}

function readBytes(reading: Reading, count: number): Uint8Array {
  const at = take(reading, count);
  return reading.bytes.subarray(at, at + count);
}

function readText(reading: Reading, count: number): string {
  const at = take(reading, count);
  const bytes = reading.bytes.subarray(at, at + count);
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) throw shardRefused('invalid-utf8', at, 'a text is not UTF-8');
  return bytes.toString();
}

function readList(reading: Reading, count: number, depth: number): readonly unknown[] {
  enter(reading, count, depth);
  const list: unknown[] = [];
  for (let index = 0; index < count; index += 1) list.push(readValue(reading, depth));
  return list;
}

function readMap(
  reading: Reading,
  count: number,
  depth: number,
): Readonly<Record<string, unknown>> {
  enter(reading, 2 * count, depth);
  const map: Record<string, unknown> = {};
  for (let index = 0; index < count; index += 1) {
    const at = reading.at;
    const key = readValue(reading, depth);
    if (typeof key !== 'string') throw shardRefused('key-not-text', at, 'a key is not text');
    if (key === '__proto__')
      throw shardRefused('reserved-key', at, 'a key has this name: __proto__');
    if (Object.hasOwn(map, key)) {
      throw shardRefused('duplicate-key', at, `a key comes twice: ${JSON.stringify(key)}`);
    }
    map[key] = readValue(reading, depth);
  }
  return map;
}

/** Each item has a byte at least. */
function enter({ bytes, at, maxDepth }: Reading, items: number, depth: number): void {
  if (depth > maxDepth) throw shardRefused('too-deep', at, `deeper than ${maxDepth}`);
  if (items > bytes.length - at) throw shardRefused('truncated', at, 'ends inside a value');
}

function safe(value: bigint, at: number): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw shardRefused('number', at, `beyond 2^53: ${value}`);
  return number;
}

function finite(value: number, at: number): number {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw shardRefused('number', at, `a number that JSON does not say exactly: ${value}`);
  }
  return value;
}
