import { type NameScope, readMemberName } from './member-name.ts';
import { quoted, tarRefused } from './refusals.ts';
import { BLOCK_BYTES, isZero, openBlocks, type TarBlocks } from './tar-blocks.ts';
import { readExtended, type WholeHeader } from './tar-extended.ts';
import { readHeader } from './tar-header.ts';
import { TAR_LIMITS, type TarLimits } from './tar-limits.ts';
import { collectMembers, type Members, readTarget } from './tar-links.ts';

/** One member of a tar file. */
export interface TarEntry {
  /** A relative path with `/`, without one at its end. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink';
  /** Of links: as written; of a hard link the name of a file before it. */
  readonly linkTarget?: string;
  readonly sizeBytes: number;
  readonly mode: number;
  /** Of the first of its headers. */
  readonly offset: number;
  /** Its content, to be read once and before the next member is asked for. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface TarOptions {
  readonly limits?: TarLimits;
  /** `inside`: links that stay in the archive are members too. */
  readonly links?: 'refuse' | 'inside';
  /** Default `everywhere`. `linux` takes a folder twice as well. */
  readonly names?: NameScope;
}

/**
 * The members of a tar file that every reader reads alike, in its order: ustar, with the extended headers of POSIX or
 * the long names of GNU. What is not read of a member is passed over. Throws `archive-refused`, for what comes at the
 * end only there: nothing is proven before it has ended. What `content` throws is passed on.
 */
export async function* readTar(
  content: AsyncIterable<Uint8Array>,
  { limits = TAR_LIMITS, links = 'refuse', names = 'everywhere' }: TarOptions = {},
): AsyncGenerator<TarEntry> {
  await using blocks = openBlocks(content, limits.totalBytes);
  const members = collectMembers(names);
  for (let count = 1; ; count += 1) {
    const offset = blocks.offset();
    const block = await blocks.block();
    if (block === undefined)
      throw tarRefused('end-missing', offset, 'a tar file does not end with two blocks of zeros');
    if (isZero(block)) {
      await readEnd(blocks);
      return;
    }
    if (count > limits.members)
      throw tarRefused(
        'too-many-members',
        offset,
        `too many members: expected at most ${limits.members}`,
      );
    const header = await readExtended(readHeader(block, offset), blocks, limits.headerBytes);
    const { content: body, ...entry } = openEntry(
      readEntry(header, { members, links, names }),
      blocks,
    );
    yield entry;
    await body.end();
  }
}

/** One block of zeros was read: a second one, then as many as the writer likes, and nothing else. */
async function readEnd(blocks: TarBlocks): Promise<void> {
  const offset = blocks.offset();
  const second = await blocks.block();
  if (second === undefined)
    throw tarRefused('end-missing', offset, 'a tar file ends with one block of zeros');
  for (let block: Buffer | undefined = second; block !== undefined; block = await blocks.block()) {
    if (!isZero(block))
      throw tarRefused('trailing', blocks.offset() - BLOCK_BYTES, 'bytes follow the end');
  }
}

type Described = Omit<TarEntry, 'stream'>;

function openEntry(entry: Described, blocks: TarBlocks) {
  let left = entry.sizeBytes;
  let isPast = false;

  async function* stream(): AsyncGenerator<Uint8Array> {
    if (isPast) throw new TypeError('the reader is past this member');
    while (left > 0) {
      const piece = await blocks.piece(left);
      left -= piece.length;
      yield piece;
    }
  }

  async function end(): Promise<void> {
    isPast = true;
    while (left > 0) left -= (await blocks.piece(left)).length;
    await blocks.endBlock(entry.sizeBytes);
  }

  return { ...entry, stream, content: { end } };
}

interface Reading {
  readonly links: 'refuse' | 'inside';
  readonly names: NameScope;
  readonly members: Members;
}

function readEntry(header: WholeHeader, reading: Reading): Described {
  const { members, names } = reading;
  const { offset, mode, sizeBytes } = header;
  const kind = kindOf(header);
  const written = readMemberName({ bytes: header.name, offset, utf8: true, names });
  const name = kind === 'directory' && written.endsWith('/') ? written.slice(0, -1) : written;
  checkKind(header, kind, name);
  const link = linkOf(header, { kind, name, ...reading });
  members.add(name, kind, offset);
  return { name, kind, sizeBytes, mode: mode & 0o7777, offset, ...link };
}

const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
};

function kindOf({ type, offset }: WholeHeader): TarEntry['kind'] {
  const kind = KINDS[type];
  if (kind !== undefined) return kind;
  if (type === 'g')
    throw tarRefused('global-header', offset, 'a header is for all members after it');
  if (type === 'S') throw tarRefused('sparse', offset, 'a member is sparse');
  if (type === '3' || type === '4' || type === '6')
    throw tarRefused('special-file', offset, 'a member is a device or a pipe');
  throw tarRefused('unknown-type', offset, `a member is of no known type: ${quoted(type)}`);
}

const TYPE_BITS = { file: 0o10, hardlink: 0o10, symlink: 0o12, directory: 0o4 } as const;

function checkKind(header: WholeHeader, kind: TarEntry['kind'], name: string): void {
  const { offset, mode, sizeBytes } = header;
  const type = mode >>> 12;
  const isSetId = kind !== 'directory' && (mode & 0o6000) !== 0;
  if ((type !== 0 && type !== TYPE_BITS[kind]) || isSetId)
    throw tarRefused(
      'special-file',
      offset,
      `a member is not a plain ${kind}: ${quoted(name)}, mode ${mode.toString(8)}`,
    );
  if (kind !== 'directory' && name.endsWith('/'))
    throw tarRefused('header-malformed', offset, `a ${kind} has a folder's name: ${quoted(name)}`);
  // Some readers pass over as many bytes, and some do not.
  if (kind !== 'file' && sizeBytes !== 0)
    throw tarRefused('size-conflict', offset, `a ${kind} has a size: ${quoted(name)}`);
}

interface LinkContext extends Reading {
  readonly kind: TarEntry['kind'];
  readonly name: string;
}

function linkOf(
  { linkName, offset }: WholeHeader,
  { kind, name, links, members, names }: LinkContext,
): Pick<TarEntry, 'linkTarget'> {
  if (kind === 'file' || kind === 'directory') {
    if (linkName.length === 0) return {};
    throw tarRefused('link-conflict', offset, `a ${kind} has a link's target: ${quoted(name)}`);
  }
  if (links === 'refuse')
    throw tarRefused('link-refused', offset, `a member is a ${kind}: ${quoted(name)}`);
  return { linkTarget: readTarget({ kind, name, target: linkName, offset, names }, members) };
}
