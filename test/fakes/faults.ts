/** How an answer is spoilt. Those about a body leave headers as they were. */
export type Fault =
  | { readonly kind: 'flip-bit-first-mb' | 'flip-bit-last-mb' }
  /** The connection ends after this many bytes of the body; default half. */
  | { readonly kind: 'cut'; readonly afterBytes?: number }
  /** The body stops there and the connection stays open; default half. */
  | { readonly kind: 'stall'; readonly afterBytes?: number }
  /** No answer at all. */
  | { readonly kind: 'hang' }
  /** The connection ends before an answer. */
  | { readonly kind: 'reset' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Before the headers. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** `pieceBytes` (default 1) every `everyMs`. */
  | { readonly kind: 'drip'; readonly everyMs: number; readonly pieceBytes?: number }
  /** Content-Length is this much more than the body; less when negative. */
  | { readonly kind: 'wrong-length'; readonly differenceBytes: number }
  /** Chunked transfer. */
  | { readonly kind: 'no-length' }
  /** Another body and headers with status 200. */
  | {
      readonly kind: 'body';
      readonly body: Uint8Array | string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** 206 although Content-Range says another part than was asked for. */
  | { readonly kind: 'wrong-range' };

export type FaultPlan = Fault & {
  /** Sees `GET /simple/x/`. */
  readonly match: RegExp;
  readonly times?: number;
};

/** A copy with one bit flipped: 1,000 bytes from the front or 100,000 from the end, or in the middle of what is shorter. */
export function flipBit(body: Uint8Array, end: 'first' | 'last'): Uint8Array {
  const flipped = Uint8Array.from(body);
  const wanted = end === 'first' ? 1_000 : body.length - 100_000;
  const at = wanted >= 0 && wanted < body.length ? wanted : body.length >> 1;
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  return flipped;
}
