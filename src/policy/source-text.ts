import { LineCounter } from 'yaml';

import type { PolicyPlace } from '../model/decision.ts';
import { problemAt, type PolicyProblem } from './problem.ts';

/** A policy file as it was read. */
export interface PolicyText {
  readonly text: string;
  /** The name that problems and findings give. */
  readonly file: string;
}

/** Gives the place of an offset (in UTF-16 units) of one text. */
export type PlaceOf = (offset: number) => PolicyPlace;

/** Larger files are refused before anything reads them. */
export const MAX_POLICY_BYTES = 1024 * 1024;

// Invisible or direction-changing characters (Cf) can make a reviewer see another policy than the machine.
// U+FFFD stands where the bytes were not UTF-8, so that the text and the digest say the same.
const FORBIDDEN = /\r(?!\n)|(?![\r\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\uFFFD]/u;

/** The first character of a text that no policy may contain; absent: none. */
export function findForbidden(
  text: string,
): { readonly offset: number; readonly name: string } | undefined {
  const match = FORBIDDEN.exec(text);
  if (match === null) return undefined;
  return { offset: match.index, name: nameOfCharacter(match[0]) };
}

/** `U+200B`, for messages about characters that nobody sees. */
export function nameOfCharacter(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Places by line and column for offsets of the text; lines end at LF. */
export function placesOf({ text, file }: PolicyText): PlaceOf {
  const lines = new LineCounter();
  for (let start = 0; start !== -1 && start <= text.length; start = nextLine(text, start)) {
    lines.addNewLine(start);
  }
  return function placeOf(offset) {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
}

/** Problems with size and characters; only a text without any is worth parsing. */
export function findTextProblems(source: PolicyText, placeOf: PlaceOf): readonly PolicyProblem[] {
  const sizeBytes = Buffer.byteLength(source.text);
  if (sizeBytes > MAX_POLICY_BYTES) {
    const message = `the policy is too large: ${sizeBytes} bytes, at most ${MAX_POLICY_BYTES}`;
    return [problemAt({ file: source.file, line: 1, column: 1 }, message)];
  }
  const forbidden = findForbidden(source.text);
  if (forbidden === undefined) return [];
  const message = `a character that must not stand in a policy: ${forbidden.name}`;
  return [problemAt(placeOf(forbidden.offset), message, 'delete it')];
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? -1 : end + 1;
}
