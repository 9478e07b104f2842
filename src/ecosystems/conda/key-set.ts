/** Which keys were seen: 8 MiB for up to 700,000, 64 MiB for five million. */
export interface KeySet {
  /** Whether the key, which is these bytes, is a new one: false when one with its 64-bit fingerprint is there. */
  readonly add: (view: DataView, start: number, end: number) => boolean;
}

/** Four numbers of chance: who names a file in a channel cannot choose a name that meets another's fingerprint. */
export type KeySalt = Int32Array;

/**
 * An empty set. Equal keys are always found; two different ones are taken for equal once in 10^6 sets of five million,
 * which refuses a document too many, never too few.
 */
export function keySet(salt: KeySalt): KeySet {
  const [lowWord = 1, lowState = 1, highWord = 1, highState = 1] = salt.map((number) => number | 1);
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
      let low = (end - start) ^ lowState;
      let high = (end - start) ^ highState;
      for (let at = start; at < end; at += 4) {
        const word = end - at >= 4 ? view.getInt32(at, true) : lastBytes(view, at, end);
        // The upper half of each product comes down, so that no bit of a word keeps to its place.
        const forLow = Math.imul(word, lowWord);
        const forHigh = Math.imul(word, highWord);
        low = Math.imul(low ^ forLow ^ (forLow >>> 16), lowState);
        high = Math.imul(high ^ forHigh ^ (forHigh >>> 16), highState);
        low ^= low >>> 15;
        high ^= high >>> 15;
      }
      low = Math.imul(low ^ (low >>> 16), 0x7feb352d);
      // Zero marks an empty slot.
      if (!put(high >>> 0 || 1, (low ^ (low >>> 15)) >>> 0)) return false;
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
