import { createHash } from 'node:crypto';

import type { WheelContents } from '../../model/contents.ts';
import type { CondaArchive } from './conda-archive.ts';
import { findCondaPath } from './conda-installed-path.ts';
import { type CondaEntry, type CondaLayout, isInfo } from './conda-layout.ts';
import { compareDigests, fileBehind, type FileDigest } from './conda-paths.ts';
import { CONDA_INSPECTORS } from './inspectors/index.ts';
import type { InspectedMember } from './inspectors/inspector.ts';
import { inspectLicenseTexts } from './inspectors/license-texts.ts';
import { readMember, show } from './member-content.ts';

/**
 * Reads every file of a conda package once, compares it with `info/paths.json`, and shows it to the inspectors, as
 * `inspectWheel` does; what is in `info/` only to the one for licence texts. Throws `archive-refused`.
 */
export async function inspectConda(
  archive: CondaArchive,
  layout: CondaLayout,
): Promise<WheelContents> {
  const members = new Map(
    layout.members
      .filter(({ kind }) => kind !== 'directory')
      .map((entry) => [entry.name, inspectedMember(entry, layout)] as const),
  );
  const all = [...members.values()];
  const texts = inspectLicenseTexts({ distInfo: 'info', members: all });
  const installed = all.filter(({ name }) => !isInfo(name));
  const others = CONDA_INSPECTORS.map((begin) => begin({ distInfo: 'info', members: installed }));
  const digests = new Map<string, FileDigest>();
  for await (const entry of archive.members()) {
    const { name, kind } = entry;
    const member = members.get(name);
    if (kind !== 'file' || member === undefined) continue;
    const wanting = (isInfo(name) ? [texts] : [texts, ...others])
      .map((inspector) => ({ inspector, bytes: inspector.appetite(member) }))
      .filter(({ bytes }) => bytes > 0);
    const most = Math.max(0, ...wanting.map(({ bytes }) => bytes));
    const read = await readMember(entry.stream(), most);
    digests.set(name, { sha256: read.sha256.toString('hex'), sizeBytes: read.sizeBytes });
    for (const { inspector, bytes } of wanting) show(inspector, member, { ...read, bytes });
  }
  compareDigests(layout.members, { paths: layout.paths, digests });
  for (const [member, sha256] of linksOf(layout, { members, digests })) {
    for (const inspector of others) {
      // What is behind it was shown under its own name; here only the name of the link counts.
      if (inspector.appetite(member) > 0)
        inspector.look(member, { head: new Uint8Array(), isWhole: false, sha256 });
    }
  }
  return Object.assign({}, ...[texts, ...others].map((inspector) => inspector.found()));
}

function inspectedMember(
  { name, sizeBytes }: CondaEntry,
  { isNoarchPython }: CondaLayout,
): InspectedMember {
  const installed = findCondaPath(name, isNoarchPython);
  return { name, sizeBytes, ...(installed === undefined ? {} : { installed }) };
}

/** Links into an environment with the digest of the file behind them, else of the name of what is behind them. */
function* linksOf(
  layout: CondaLayout,
  {
    members,
    digests,
  }: {
    readonly members: ReadonlyMap<string, InspectedMember>;
    readonly digests: ReadonlyMap<string, FileDigest>;
  },
): Generator<readonly [InspectedMember, string]> {
  const byName = new Map(layout.members.map((member) => [member.name, member] as const));
  for (const { name, kind, linkTarget = '' } of layout.members) {
    const member = members.get(name);
    if (member === undefined || isInfo(name) || kind === 'file') continue;
    const behind = digests.get(fileBehind(name, byName) ?? '');
    yield [member, behind?.sha256 ?? createHash('sha256').update(linkTarget).digest('hex')];
  }
}
