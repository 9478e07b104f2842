import type { WheelContents } from '../../model/contents.ts';
import type { TarEntry } from '../archives/tar.ts';
import { SOURCE_INSPECTORS } from './inspectors/index.ts';
import { readMember, show } from './member-content.ts';
import type { SdistLayout } from './sdist-layout.ts';

/**
 * Reads every file of a source distribution once and shows it to those inspectors that look at sources, as `inspectWheel`
 * does with all. Throws `archive-refused`.
 */
export async function inspectSdist(
  entries: AsyncIterable<TarEntry>,
  { folder, members }: Pick<SdistLayout, 'folder' | 'members'>,
): Promise<WheelContents> {
  const files = members
    .filter(({ kind }) => kind === 'file')
    .map(({ name, sizeBytes }) => ({ name, sizeBytes }));
  const inspectors = SOURCE_INSPECTORS.map((begin) => begin({ distInfo: folder, members: files }));
  for await (const entry of entries) {
    if (entry.kind !== 'file') continue;
    const member = { name: entry.name, sizeBytes: entry.sizeBytes };
    const wanting = inspectors
      .map((inspector) => ({ inspector, bytes: inspector.appetite(member) }))
      .filter(({ bytes }) => bytes > 0);
    const read = await readMember(
      entry.stream(),
      Math.max(0, ...wanting.map(({ bytes }) => bytes)),
    );
    for (const { inspector, bytes } of wanting) show(inspector, member, { ...read, bytes });
  }
  return Object.assign({}, ...inspectors.map((inspector) => inspector.found()));
}
