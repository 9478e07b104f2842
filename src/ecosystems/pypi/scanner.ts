import { GatehouseError } from '../../model/errors.ts';

const MAX_TEXT_LENGTH = 8192;

/** Reads a text from left to right. Patterns are sticky (`/y`). */
export interface Scanner {
  /** Takes what the pattern matches here; absent, and nothing taken, when it does not match. */
  take(pattern: RegExp): string | undefined;
  /** Takes what the pattern matches here; throws `invalid-requirement` when it does not match. */
  expect(pattern: RegExp, expected: string): string;
  atEnd(): boolean;
  /** The error to throw at this place. */
  error(expected: string): GatehouseError;
}

/** Begins to read a text; `what` names it in errors. Throws `invalid-requirement` when it is too long. */
export function scan(text: string, what: string): Scanner {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new GatehouseError(
      'invalid-requirement',
      `${what} too long: expected at most ${MAX_TEXT_LENGTH} characters, got ${text.length}`,
    );
  }
  let position = 0;

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = position;
    const taken = pattern.exec(text)?.[0];
    position += taken?.length ?? 0;
    return taken;
  }

  function expect(pattern: RegExp, expected: string): string {
    const taken = take(pattern);
    if (taken === undefined) throw error(expected);
    return taken;
  }

  function atEnd(): boolean {
    return position === text.length;
  }

  function error(expected: string): GatehouseError {
    const got = atEnd() ? 'the end' : JSON.stringify(text.slice(position, position + 20));
    return new GatehouseError(
      'invalid-requirement',
      `not a ${what} of PEP 508: expected ${expected} at column ${position + 1}, got ${got}: ${JSON.stringify(text.slice(0, 200))}`,
    );
  }

  return { take, expect, atEnd, error };
}
