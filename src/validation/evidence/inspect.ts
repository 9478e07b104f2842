import type { RecordFault, WheelContents } from '../../model/contents.ts';
import { CONTENTS_LISTED } from '../../model/contents.ts';
import type { ZipArchive, ZipMember } from '../archives/zip.ts';
import { INSPECTORS } from './inspectors/index.ts';
import type { InspectedMember } from './inspectors/inspector.ts';
import { findInstalledPath } from './installed-path.ts';
import { readMember, show } from './member-content.ts';
import type { RecordRow } from './record-file.ts';
import { compareRow, isWithoutRow } from './record-row.ts';

interface Wheel {
  readonly archive: ZipArchive;
  readonly distInfo: string;
  readonly rows: readonly RecordRow[];
}

/**
 * Reads every file of a wheel once, proves its size and CRC, compares it with RECORD, and shows it to all inspectors.
 * In memory are two pieces, and of one member as much as the hungriest inspector wants. Throws `archive-refused`.
 */
export async function inspectWheel({ archive, distInfo, rows }: Wheel): Promise<WheelContents> {
  const files = archive.members.filter(({ isDirectory }) => !isDirectory);
  const members = new Map(files.map((file) => [file, inspectedMember(file, distInfo)] as const));
  const inspectors = INSPECTORS.map((begin) => begin({ distInfo, members: [...members.values()] }));
  const compared = rows.filter(({ name }) => !isWithoutRow(name, distInfo));
  const byName = new Map(compared.map((row) => [row.name, row] as const));
  const faults: RecordFault[] = [];
  for (const [file, member] of members) {
    const wanting = inspectors
      .map((inspector) => ({ inspector, bytes: inspector.appetite(member) }))
      .filter(({ bytes }) => bytes > 0);
    const most = Math.max(0, ...wanting.map(({ bytes }) => bytes));
    const read = await readMember(archive.stream(file), most);
    const row = byName.get(file.name);
    const fault = row && compareRow(row, read);
    if (fault !== undefined) faults.push({ path: file.name, fault });
    for (const { inspector, bytes } of wanting) show(inspector, member, { ...read, bytes });
  }
  const found = inspectors.map((inspector) => inspector.found());
  return Object.assign({ record: faults.slice(0, CONTENTS_LISTED) }, ...found);
}

function inspectedMember({ name, unpackedBytes }: ZipMember, distInfo: string): InspectedMember {
  const installed = findInstalledPath(name, distInfo);
  return { name, sizeBytes: unpackedBytes, ...(installed === undefined ? {} : { installed }) };
}
