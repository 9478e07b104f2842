/** Which keys were seen: 8 MiB for up to 700,000, 64 MiB for five million. */
export interface KeySet {
  /** Whether the key, which is these bytes, is a new one: false when one with its 64-bit fingerprint is there. */
  readonly add: (view: DataView, start: number, end: number) => boolean;
}

/** Numbers of chance, `KEY_SALT_LENGTH` of them: who names a file in a channel cannot choose what meets another. */
export type KeySalt = Int32Array;

// For each of four sums: one number for the length, and two for each four bytes of a key of 1 KiB.
const PER_WORD = 8;
export const KEY_SALT_LENGTH = 4 + PER_WORD * 257;

/**
 * An empty set. Equal keys are always found; two different ones are taken for equal once in 10^6 sets of five million,
 * which refuses a document too many, never too few. That is proven, whatever the keys are: each sum of halfwords times
 * numbers of chance has 16 upper bits by which two keys are equal once in 2^16 times (multiply-shift hashing of vectors,
 * Dietzfelbinger 1996), and there are four.
 */
export function keySet(salt: KeySalt): KeySet {
  let capacity = FEW;
  let table = new Uint32Array(2 * capacity);
  let count = 0;

  /** Puts a fingerprint in its place; false when it is there already. */
  function put(high: number, low: number): boolean {
    const mask = capacity - 1;
    let slot = low & mask;
    for (;;) {
      const placedHigh = table[2 * slot] ?? 0;
      if (placedHigh === 0) break;
      if (placedHigh === high && table[2 * slot + 1] === low) return false;
      slot = (slot + 1) & mask;
    }
    table[2 * slot] = high;
    table[2 * slot + 1] = low;
    return true;
  }

  function grow(): void {
    const before = table;
    capacity = Math.max(2 * capacity, MANY);
    table = new Uint32Array(2 * capacity);
    for (let at = 0; at < before.length; at += 2) {
      const high = before[at] ?? 0;
      if (high !== 0) put(high, before[at + 1] ?? 0);
    }
  }

  return {
    add: (view, start, end) => {
      const size = end - start;
      let [a, b] = [Math.imul(salt[0] ?? 0, size), Math.imul(salt[1] ?? 0, size)];
      let [c, d] = [Math.imul(salt[2] ?? 0, size), Math.imul(salt[3] ?? 0, size)];
      let next = 4;
      for (let at = start; at < end; at += 4) {
        const word = end - at >= 4 ? view.getInt32(at, true) : lastBytes(view, at, end);
        const [lower, upper] = [word & 0xffff, word >>> 16];
        a += Math.imul(salt[next] ?? 0, lower) + Math.imul(salt[next + 1] ?? 0, upper);
        b += Math.imul(salt[next + 2] ?? 0, lower) + Math.imul(salt[next + 3] ?? 0, upper);
        c += Math.imul(salt[next + 4] ?? 0, lower) + Math.imul(salt[next + 5] ?? 0, upper);
        d += Math.imul(salt[next + 6] ?? 0, lower) + Math.imul(salt[next + 7] ?? 0, upper);
        [a, b, c, d] = [a | 0, b | 0, c | 0, d | 0];
        next = next + PER_WORD < salt.length ? next + PER_WORD : 4;
      }
      const high = ((a & 0xffff0000) | (b >>> 16)) >>> 0;
      const low = ((c & 0xffff0000) | (d >>> 16)) >>> 0;
      // Zero marks an empty slot.
      if (!put(high || 1, low)) return false;
      count += 1;
      if (count * 3 > capacity * 2) grow();
      return true;
    },
  };
}

const FEW = 1 << 10;
// Untouched pages cost nothing, growing does: no subdir of 2026 needs to grow twice.
const MANY = 1 << 20;

/** Fewer than four bytes as one number; the length of the key tells them from zeros. */
function lastBytes(view: DataView, start: number, end: number): number {
  let word = 0;
  for (let at = end - 1; at >= start; at -= 1) word = (word << 8) | view.getUint8(at);
  return word;
}
