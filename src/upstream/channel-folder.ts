import { constants, type FileHandle, open, realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { GatehouseError } from '../model/errors.ts';
import type { UpstreamArtifact } from '../model/record.ts';
import type { OpenArtifact } from './artifacts.ts';
import type { Channel, ChannelAnswer, ChannelRequest } from './channel.ts';

interface OpenFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  readonly etag: string;
}

// A link that appears meanwhile is not followed, a pipe not waited for.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A channel in a folder of this machine. Links may lead to other files of the folder, not out of it. */
export function openFolderChannel(url: string): Channel {
  /** Absent: no such file. Throws `upstream-refused` for what is not the channel's, or no file. */
  async function openFile(fileUrl: string): Promise<OpenFile | undefined> {
    if (!fileUrl.startsWith(url)) throw refused(fileUrl, "not in the channel's folder");
    const path = await real(fileUrl);
    if (path === undefined) return undefined;
    const root = await real(url);
    if (root === undefined || !isWithin(path, root)) {
      throw refused(fileUrl, "a link leads out of the channel's folder");
    }
    const handle = await open(path, FLAGS).catch((error: unknown) => {
      throw unreadable(fileUrl, error);
    });
    try {
      const stats = await handle.stat({ bigint: true });
      if (!stats.isFile()) throw refused(fileUrl, 'not a file');
      const etag = `${stats.ino}-${stats.size}-${stats.mtimeNs}`;
      return { handle, sizeBytes: Number(stats.size), etag };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async function ask(request: ChannelRequest): Promise<ChannelAnswer> {
    const file = await openFile(request.url);
    if (file === undefined) return { kind: 'absent' };
    const { handle, sizeBytes, etag } = file;
    if (etag !== request.known?.etag && sizeBytes <= request.limitBytes) {
      return {
        kind: 'file',
        validators: { etag },
        body: bytesOf(file, request.url, request.signal),
        [Symbol.asyncDispose]: async () => handle.close(),
      };
    }
    await handle.close();
    if (etag === request.known?.etag) return { kind: 'unchanged' };
    throw mismatch(request.url, `expected at most ${request.limitBytes} bytes, got ${sizeBytes}`);
  }

  async function openArtifact(
    artifact: UpstreamArtifact,
    signal: AbortSignal,
  ): Promise<OpenArtifact> {
    const file = await openFile(artifact.url);
    if (file === undefined) {
      throw new GatehouseError('upstream-not-found', `${artifact.url}: no such file`);
    }
    const { handle, sizeBytes } = file;
    if (artifact.sizeBytes !== undefined && artifact.sizeBytes !== sizeBytes) {
      await handle.close();
      throw mismatch(artifact.url, `expected ${artifact.sizeBytes} bytes, got ${sizeBytes}`);
    }
    return {
      sizeBytes,
      body: bytesOf(file, artifact.url, signal),
      [Symbol.asyncDispose]: async () => handle.close(),
    };
  }

  return { url, ask, open: openArtifact, async [Symbol.asyncDispose]() {} };
}

async function* bytesOf(
  { handle, sizeBytes }: OpenFile,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  while (at < sizeBytes) {
    signal.throwIfAborted();
    const chunk = Buffer.allocUnsafe(Math.min(256 * 1024, sizeBytes - at));
    const read = handle.read(chunk, 0, chunk.length, at);
    const { bytesRead } = await read.catch((error: unknown) => {
      throw unreadable(url, error);
    });
    if (bytesRead === 0) throw mismatch(url, `expected ${sizeBytes} bytes, got ${at}`);
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

async function real(fileUrl: string): Promise<string | undefined> {
  try {
    return await realpath(fileURLToPath(fileUrl));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(fileUrl, error);
  }
}

function unreadable(url: string, cause: unknown): GatehouseError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : 'unknown';
  return new GatehouseError('upstream-unavailable', `${url}: cannot be read: ${String(code)}`, {
    cause,
  });
}

function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
}

function refused(url: string, why: string): GatehouseError {
  return new GatehouseError('upstream-refused', `${url}: not read: ${why}`);
}

function mismatch(url: string, what: string): GatehouseError {
  return new GatehouseError('upstream-mismatch', `${url}: ${what}`);
}
