import { tarRefused } from './refusals.ts';
import { BLOCK_BYTES, type TarBlocks } from './tar-blocks.ts';
import { readHeader, type TarHeader } from './tar-header.ts';
import { readPax } from './tar-pax.ts';

/** A member's header with what extended headers before it say. */
export interface WholeHeader extends Omit<TarHeader, 'offset'> {
  /** Of the first of its headers. */
  readonly offset: number;
}

const NAME_FIELD_BYTES = 100;

/**
 * Reads what follows a header up to that of a member: either one extended header of POSIX (`x`), or GNU's long name
 * (`L`), long target (`K`) or both, each once and never mixed. Throws `archive-refused`.
 */
export async function readExtended(
  first: TarHeader,
  blocks: TarBlocks,
  mostBytes: number,
): Promise<WholeHeader> {
  const seen = new Map<string, Buffer>();
  let header = first;
  let totalBytes = 0;
  while (isExtension(header.type)) {
    checkOrder(header, seen);
    totalBytes += header.sizeBytes;
    if (totalBytes > mostBytes)
      throw tarRefused(
        'header-too-large',
        header.offset,
        `an extended header is too large: expected at most ${mostBytes} bytes, got ${totalBytes}`,
      );
    seen.set(header.type, Buffer.from(await blocks.read(header.sizeBytes)));
    await blocks.endBlock(header.sizeBytes);
    const offset = blocks.offset();
    const block = await blocks.block();
    if (block === undefined)
      throw tarRefused('truncated', offset, 'a tar file ends after an extended header');
    header = readHeader(block, offset);
  }
  return { ...merged(header, seen, first.offset), offset: first.offset };
}

function isExtension(type: string): boolean {
  return type === 'x' || type === 'L' || type === 'K';
}

function checkOrder({ type, offset, linkName }: TarHeader, seen: ReadonlyMap<string, Buffer>) {
  if (seen.has(type) || seen.has('x') || (type === 'x' && seen.size > 0))
    throw tarRefused('header-order', offset, 'a member has extended headers that rival each other');
  if (linkName.length > 0)
    throw tarRefused('link-conflict', offset, 'an extended header has the target of a link');
}

function merged(header: TarHeader, seen: ReadonlyMap<string, Buffer>, offset: number): TarHeader {
  const long = seen.get('L');
  const target = seen.get('K');
  if (long !== undefined || target !== undefined) {
    return {
      ...header,
      name: long === undefined ? header.name : longText(long, header, header.name),
      linkName: target === undefined ? header.linkName : longText(target, header, header.linkName),
    };
  }
  const records = seen.get('x');
  if (records === undefined) return header;
  const { path, linkpath, size } = readPax(records, offset + BLOCK_BYTES);
  // Where they differ, a reader that does not know the key reads a member's content as headers.
  if (size !== undefined && size !== header.sizeBytes)
    throw tarRefused(
      'size-conflict',
      offset,
      `a member has two sizes: ${header.sizeBytes} and ${size}`,
    );
  return { ...header, name: path ?? header.name, linkName: linkpath ?? header.linkName };
}

/** The text of GNU's header, with one zero as its end; the member's own field has its beginning. */
function longText(body: Buffer, { format, offset }: TarHeader, field: Buffer): Buffer {
  const text = body.subarray(0, -1);
  const isWhole = body.length > 1 && body.indexOf(0) === body.length - 1;
  const isSame = text.subarray(0, NAME_FIELD_BYTES).equals(field);
  if (format !== 'gnu' || !isWhole || !isSame)
    throw tarRefused('long-name', offset, 'a long name is not that of the member after it');
  return text;
}
