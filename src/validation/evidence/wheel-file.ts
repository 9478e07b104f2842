import { type HeaderField, parseHeaderFields } from '../../ecosystems/pypi/header-fields.ts';
import { isGatehouseError } from '../../model/errors.ts';
import { quoted, wheelRefused } from '../archives/refusals.ts';

/** What a wheel's WHEEL file says. */
export interface WheelFile {
  readonly wheelVersion: string;
  readonly rootIsPurelib: boolean;
  /** As written, in order; may be empty, because installers look at the file name's. */
  readonly tags: readonly string[];
}

/** Reads a WHEEL file of the one major version there is; throws `archive-refused`. */
export function parseWheelFile(bytes: Uint8Array): WheelFile {
  const fields = Map.groupBy(readFields(bytes), ({ name }) => name);
  const wheelVersion = textOnce(fields, 'Wheel-Version');
  if (!/^1\.[0-9]{1,4}$/.test(wheelVersion)) {
    throw wheelRefused(
      'wheel-version',
      `a wheel of a version that is not known: expected 1.x, got ${quoted(wheelVersion)}`,
    );
  }
  const purelib = textOnce(fields, 'Root-Is-Purelib').toLowerCase();
  if (purelib !== 'true' && purelib !== 'false') {
    throw wheelRefused(
      'wheel-file-invalid',
      `WHEEL has neither true nor false as Root-Is-Purelib: ${quoted(purelib)}`,
    );
  }
  const tags = (fields.get('tag') ?? []).map(({ text }) => text);
  return { wheelVersion, rootIsPurelib: purelib === 'true', tags };
}

function textOnce(fields: ReadonlyMap<string, readonly HeaderField[]>, name: string): string {
  const given = fields.get(name.toLowerCase()) ?? [];
  const [field] = given;
  if (field === undefined || given.length > 1) {
    throw wheelRefused(
      'wheel-file-invalid',
      `WHEEL does not give ${name} once: got it ${given.length} times`,
    );
  }
  return field.text;
}

function readFields(bytes: Uint8Array): readonly HeaderField[] {
  try {
    return parseHeaderFields(bytes);
  } catch (error) {
    if (!isGatehouseError(error, 'invalid-metadata')) throw error;
    throw wheelRefused('wheel-file-invalid', `WHEEL cannot be read: ${error.message}`, error);
  }
}
