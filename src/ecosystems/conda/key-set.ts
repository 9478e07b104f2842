/** Which keys were seen: 8 MiB for the first 700,000, 64 MiB for five million. */
export interface KeySet {
  /** False when the key, or one with the same 64-bit fingerprint, is there already. */
  readonly add: (key: string) => boolean;
}

/**
 * An empty set. Equal keys are always found; two different ones are taken for equal once in 10^6 sets of five million,
 * which refuses a document too many, never too few.
 */
export function keySet(): KeySet {
  // Untouched pages cost nothing, growing does: no subdir of 2026 needs to grow.
  let capacity = 1 << 20;
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
    capacity *= 2;
    table = new Uint32Array(2 * capacity);
    for (let at = 0; at < before.length; at += 2) {
      const high = before[at] ?? 0;
      if (high !== 0) put(high, before[at + 1] ?? 0);
    }
  }

  return {
    add: (key) => {
      let high = 0x9e3779b9;
      let low = 0x811c9dc5;
      for (let at = 0; at < key.length; at += 1) {
        const unit = key.charCodeAt(at);
        low = Math.imul(low ^ unit, 0x01000193);
        high = Math.imul(high ^ unit, 0x85ebca6b);
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
