import type { RecordFault, WheelContents } from '../../model/contents.ts';
import { CONTENTS_LISTED } from '../../model/contents.ts';
import type { ZipArchive, ZipMember } from '../archives/zip.ts';
import { INSPECTORS } from './inspectors/index.ts';
import type { InspectedMember, Inspector } from './inspectors/inspector.ts';
import { findInstalledPath } from './installed-path.ts';
import { type Read, readMember, show } from './member-content.ts';
import type { RecordRow } from './record-file.ts';
import { compareRow, isWithoutRow } from './record-row.ts';

interface Wheel {
  readonly archive: ZipArchive;
  readonly distInfo: string;
  readonly rows: readonly RecordRow[];
}

/**
 * Reads every file of a wheel once, proves its size and CRC, compares it with RECORD, and shows it to all inspectors.
 * In memory are a few pieces, and of two members as much as the hungriest inspector wants. Throws `archive-refused`.
 */
export async function inspectWheel({ archive, distInfo, rows }: Wheel): Promise<WheelContents> {
  const files = archive.members.filter(({ isDirectory }) => !isDirectory);
  const members = new Map(files.map((file) => [file, inspectedMember(file, distInfo)] as const));
  const inspectors = INSPECTORS.map((begin) => begin({ distInfo, members: [...members.values()] }));
  const compared = rows.filter(({ name }) => !isWithoutRow(name, distInfo));
  const byName = new Map(compared.map((row) => [row.name, row] as const));
  const faults: RecordFault[] = [];
  function start([file, member]: readonly [ZipMember, InspectedMember]): Begun {
    const wanting = inspectors
      .map((inspector) => ({ inspector, bytes: inspector.appetite(member) }))
      .filter(({ bytes }) => bytes > 0);
    const most = Math.max(0, ...wanting.map(({ bytes }) => bytes));
    return { file, member, wanting, reading: readMember(archive.stream(file), most) };
  }

  for await (const { file, member, wanting, read } of twoAtOnce([...members], start)) {
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

interface Begun {
  readonly file: ZipMember;
  readonly member: InspectedMember;
  readonly wanting: readonly { readonly inspector: Inspector; readonly bytes: number }[];
  readonly reading: Promise<Read>;
}

/** In order, each read while the one before it is: one stream of deflate keeps no more than one core busy. */
async function* twoAtOnce<Member>(
  members: readonly Member[],
  begin: (member: Member) => Begun,
): AsyncGenerator<Begun & { readonly read: Read }> {
  let before: Begun | undefined;
  for (const member of members) {
    const begun = begin(member);
    // Whoever waits for it sees what it throws. Nobody does once one before it is refused: then it ends with the file.
    begun.reading.catch(() => {});
    if (before !== undefined) yield { ...before, read: await before.reading };
    before = begun;
  }
  if (before !== undefined) yield { ...before, read: await before.reading };
}
