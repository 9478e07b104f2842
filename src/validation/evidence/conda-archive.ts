import type { RandomAccess } from '../../model/random-access.ts';
import { unpackBzip2 } from '../archives/bzip2.ts';
import { condaRefused, quoted } from '../archives/refusals.ts';
import { readTar, type TarEntry } from '../archives/tar.ts';
import { openZip, type ZipArchive, type ZipMember } from '../archives/zip.ts';
import { unpackZstd } from '../archives/zstd.ts';

/** A member of one of the tar files of a conda package. */
export interface CondaMember extends TarEntry {
  /** Which tar file has it: of a `.tar.bz2` there is one, of a `.conda` one for `info/` and one for the rest. */
  readonly part: 'info' | 'pkg' | 'all';
}

/** The members of a conda package; its tar files are read anew each time. */
export interface CondaArchive {
  readonly format: 'conda' | 'tar.bz2';
  /** What the names of the tar files in a `.conda` say that it is; absent: `.tar.bz2` has no such name inside. */
  readonly stem?: string;
  /** Those of `info` first. Names need only mean one path on Linux. Throws `archive-refused`, at the end at the latest. */
  members(): AsyncGenerator<CondaMember>;
}

const MOST_METADATA_BYTES = 64 * 1024;
const PIECE_BYTES = 256 * 1024;
const PARTS = /^(info|pkg)-(.+)\.tar\.zst$/;
const TAR = { links: 'inside', names: 'linux' } as const;

/** Whether a zip file with these members is taken for a `.conda`: no wheel has such names at its top. */
export function isCondaZip(names: Iterable<string>): boolean {
  return Iterator.from(names).some((name) => PARTS.test(name) && !name.includes('/'));
}

/** A `.tar.bz2`: everything in one tar file. */
export function openTarBz2(access: RandomAccess): CondaArchive {
  return {
    format: 'tar.bz2',
    async *members() {
      const entries = readTar(unpackBzip2(readPieces(access)), TAR);
      for await (const entry of entries) yield { ...entry, part: 'all' };
    },
  };
}

/**
 * A `.conda` (CEP 35): a zip file with exactly `metadata.json`, `info-<stem>.tar.zst` and `pkg-<stem>.tar.zst`, all
 * stored. Throws `archive-refused`.
 */
export async function openConda(access: RandomAccess): Promise<CondaArchive> {
  const zip = await openZip(access);
  const odd = zip.members.find(({ name }) => name !== 'metadata.json' && !PARTS.test(name));
  if (odd !== undefined)
    throw condaRefused('member-unknown', `a .conda has a member too many: ${quoted(odd.name)}`);
  const packed = zip.members.find(({ method }) => method !== 'stored');
  if (packed !== undefined)
    throw condaRefused(
      'compressed-twice',
      `a .conda has a member that is not stored: ${quoted(packed.name)}`,
    );
  const info = partOf(zip.members, 'info');
  const pkg = partOf(zip.members, 'pkg');
  if (info.stem !== pkg.stem)
    throw condaRefused(
      'stem-mismatch',
      `a .conda has tar files of two packages: ${quoted(info.stem)} and ${quoted(pkg.stem)}`,
    );
  await checkVersion(zip);
  return {
    format: 'conda',
    stem: info.stem,
    async *members() {
      for (const { part, member } of [info, pkg]) {
        for await (const entry of readTar(unpackZstd(zip.stream(member)), TAR))
          yield { ...entry, part };
      }
    },
  };
}

interface Part {
  readonly part: 'info' | 'pkg';
  readonly stem: string;
  readonly member: ZipMember;
}

function partOf(members: readonly ZipMember[], part: 'info' | 'pkg'): Part {
  const found = members.flatMap((member) => {
    const [, kind, stem = ''] = PARTS.exec(member.name) ?? [];
    return kind === part ? [{ part, stem, member }] : [];
  });
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw condaRefused(
    'member-missing',
    `a .conda has not one ${part}-*.tar.zst: got ${found.length}`,
  );
}

async function checkVersion(zip: ZipArchive): Promise<void> {
  const member = zip.members.find(({ name }) => name === 'metadata.json');
  if (member === undefined) throw condaRefused('member-missing', 'a .conda has no metadata.json');
  const version = versionIn(await zip.read(member, MOST_METADATA_BYTES));
  if (version !== 2)
    throw condaRefused(
      'format-version',
      `a .conda of a version that is not known: expected conda_pkg_format_version 2, got ${quoted(String(version))}`,
    );
}

function versionIn(bytes: Uint8Array): unknown {
  try {
    const said: unknown = JSON.parse(Buffer.from(bytes).toString());
    return typeof said === 'object' && said !== null && 'conda_pkg_format_version' in said
      ? said.conda_pkg_format_version
      : undefined;
  } catch {
    return undefined;
  }
}

async function* readPieces(access: RandomAccess): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < access.sizeBytes; at += PIECE_BYTES)
    yield await access.read(at, Math.min(PIECE_BYTES, access.sizeBytes - at));
}
