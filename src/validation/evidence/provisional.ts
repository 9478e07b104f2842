import { createHash } from 'node:crypto';

import { isOwnLicenseFile } from '../../ecosystems/spdx/license-files.ts';
import type { LicenseText } from '../../model/contents.ts';
import type { RandomAccess } from '../../model/random-access.ts';
import type { CentralEntry } from '../archives/zip-central.ts';
import { checkMemberSize } from '../archives/zip-limits.ts';
import { inspectLicenseTexts, MOST_LICENSE_BYTES } from './inspectors/license-texts.ts';
import { openProvisional, type ProvisionalArchive } from './provisional-archive.ts';
import { findDistInfoMember, MAX_METADATA_BYTES } from './wheel-layout.ts';

/** What a wheel says of itself before its bytes are verified. */
export interface ProvisionalWheel {
  readonly metadata: Uint8Array;
  /** Absent: not wanted, or too far from each other to be read at once. */
  readonly licenseTexts?: readonly LicenseText[];
}

/**
 * A wheel's METADATA by at most three reads: the end of the file, what is missing of the central directory with
 * the bytes before it, and what is missing of the member; mostly the first two suffice. Enough to list, never to
 * serve: it is the member that readers of the whole file would find if they accept the file, but only the
 * directory and this member were looked at. Throws `archive-refused`, and what `access.read` throws.
 */
export async function readProvisionalMetadata(access: RandomAccess): Promise<Uint8Array> {
  return readMetadata(await openProvisional(access));
}

/** The same with the project's own licence texts, where METADATA makes somebody want them; no read more. */
export async function readProvisionalWheel(
  access: RandomAccess,
  wantsTexts: (metadata: Uint8Array) => boolean,
): Promise<ProvisionalWheel> {
  const wheel = await openProvisional(access);
  // One read for METADATA and the texts, which mostly lie beside it, where they are not among what was read.
  await wheel.bringAlong([metadataOf(wheel), ...ownTextsOf(wheel)]);
  const metadata = await readMetadata(wheel);
  if (!wantsTexts(metadata)) return { metadata };
  const licenseTexts = await readTexts(wheel);
  return licenseTexts === undefined ? { metadata } : { metadata, licenseTexts };
}

/** A project's own licence texts by at most three reads, as METADATA above; absent: too far from each other. */
export async function readProvisionalTexts(
  access: RandomAccess,
): Promise<readonly LicenseText[] | undefined> {
  const wheel = await openProvisional(access);
  await wheel.bringAlong(ownTextsOf(wheel));
  return readTexts(wheel);
}

function metadataOf({ entries, distInfo }: ProvisionalArchive): CentralEntry {
  return findDistInfoMember(entries, distInfo, 'METADATA');
}

function readMetadata(wheel: ProvisionalArchive): Promise<Uint8Array> {
  const entry = metadataOf(wheel);
  checkMemberSize(entry, MAX_METADATA_BYTES);
  return wheel.read(entry);
}

function ownTextsOf({ entries, distInfo }: ProvisionalArchive): readonly CentralEntry[] {
  return entries.filter(
    ({ name, unpackedBytes }) =>
      name.startsWith(`${distInfo}/`) && isOwnLicenseFile(name) && unpackedBytes > 0,
  );
}

async function readTexts(wheel: ProvisionalArchive): Promise<readonly LicenseText[] | undefined> {
  const wanted = ownTextsOf(wheel);
  const isFar = wanted.some(
    (entry) => entry.unpackedBytes > MOST_LICENSE_BYTES || !wheel.isAtHand(entry),
  );
  if (isFar) return undefined;
  const members = wanted.map(({ name, unpackedBytes }) => ({ name, sizeBytes: unpackedBytes }));
  const inspector = inspectLicenseTexts({ distInfo: wheel.distInfo, members });
  for (const [at, entry] of wanted.entries()) {
    const head = await wheel.read(entry);
    const sha256 = createHash('sha256').update(head).digest('hex');
    const member = members[at];
    if (member !== undefined) inspector.look(member, { head, isWhole: true, sha256 });
  }
  return inspector.found().licenseTexts;
}
