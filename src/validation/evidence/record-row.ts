import type { RecordFault } from '../../model/contents.ts';
import type { RecordRow } from './record-file.ts';

/** Of what is in the archive. */
export interface ReadContent {
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
}

/** Files that cannot have a row with their own hash: RECORD and its signatures (PEP 427). */
export function isWithoutRow(name: string, distInfo: string): boolean {
  return ['', '.jws', '.p7s'].some((suffix) => name === `${distInfo}/RECORD${suffix}`);
}

/**
 * Compares a row of RECORD with the content of its member; absent: it is right. The hash must be SHA-256 or stronger
 * (binary distribution format, "Signed wheel files"); of the stronger ones only the form is looked at.
 */
export function compareRow(row: RecordRow, content: ReadContent): RecordFault['fault'] | undefined {
  const equals = row.hash.indexOf('=');
  const algorithm = row.hash.slice(0, Math.max(0, equals));
  const digest = row.hash.slice(equals + 1);
  if (row.hash === '') return 'no-hash';
  if (!['sha256', 'sha384', 'sha512'].includes(algorithm)) return 'weak-hash';
  if (algorithm === 'sha256' && digest !== Buffer.from(content.sha256).toString('base64url')) {
    return 'hash';
  }
  if (row.size !== '' && row.size !== `${content.sizeBytes}`) return 'size';
  return undefined;
}
