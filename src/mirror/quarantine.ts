import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { GatehouseError } from '../model/errors.ts';

/** A local folder for bytes that are not verified yet, with a budget (DESIGN §6). */
export interface Quarantine {
  /** Opens an empty file and sets the bytes expected aside; throws `store-full` when the budget has no room. */
  open(expectedBytes: number): Promise<QuarantinedFile>;
}

/** An unverified artifact. Disposing removes it, whatever became of it. */
export interface QuarantinedFile extends AsyncDisposable {
  readonly path: string;
  /** Writes at the end; throws `store-full` when budget or disk have no room for more than was expected. */
  append(chunk: Uint8Array): Promise<void>;
  /** Fills as much of the buffer as has been written from the offset on; gives how much that is. */
  read(buffer: Uint8Array, offset: number): Promise<number>;
}

/** Opens the folder and removes what dead processes left there: it was never verified. */
export async function openQuarantine(directory: string, budgetBytes: number): Promise<Quarantine> {
  const own = join(directory, OWN_FOLDER);
  await mkdir(own, { recursive: true }).catch(unusable);
  await removeAbandoned(directory);
  const budget = openBudget(budgetBytes);
  return {
    async open(expectedBytes) {
      using stack = new DisposableStack();
      const share = stack.use(budget.share());
      share.growTo(expectedBytes);
      const path = join(own, randomUUID());
      const handle = await open(path, 'wx+').catch(unusable);
      return quarantined({ path, handle, share, release: stack.move() });
    },
  };
}

/** Process ids come again, in containers nearly always: the random half tells this process from a dead one. */
const OWN_FOLDER = `${process.pid}.${randomUUID()}`;

/** The part of the budget that one file has. */
interface Share extends Disposable {
  /** Throws `store-full` when the budget has no room. */
  growTo(sizeBytes: number): void;
}

function openBudget(budgetBytes: number): { share(): Share } {
  let takenBytes = 0;

  function share(): Share {
    let ownBytes = 0;
    return {
      growTo(sizeBytes) {
        const moreBytes = Math.max(0, sizeBytes - ownBytes);
        if (takenBytes + moreBytes > budgetBytes) throw noRoom(moreBytes, takenBytes, budgetBytes);
        takenBytes += moreBytes;
        ownBytes += moreBytes;
      },
      [Symbol.dispose]() {
        takenBytes -= ownBytes;
        ownBytes = 0;
      },
    };
  }

  return { share };
}

interface QuarantinedParts {
  readonly path: string;
  readonly handle: FileHandle;
  readonly share: Share;
  readonly release: Disposable;
}

function quarantined({ path, handle, share, release }: QuarantinedParts): QuarantinedFile {
  let sizeBytes = 0;
  return {
    path,
    async append(chunk) {
      share.growTo(sizeBytes + chunk.length);
      for (let done = 0; done < chunk.length;) {
        const { bytesWritten } = await handle
          .write(chunk, done, chunk.length - done, sizeBytes)
          .catch(unwritable);
        done += bytesWritten;
        sizeBytes += bytesWritten;
      }
    },
    async read(buffer, offset) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset).catch(unusable);
      return bytesRead;
    },
    async [Symbol.asyncDispose]() {
      using _ = release;
      await rm(path, { force: true });
      await handle.close();
    },
  };
}

async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(unusable)) {
    const processId = Number(name.split('.')[0]);
    if (name === OWN_FOLDER || (processId !== process.pid && isRunning(processId))) continue;
    await rm(join(directory, name), { recursive: true, force: true }).catch(unusable);
  }
}

function isRunning(processId: number): boolean {
  if (!Number.isSafeInteger(processId) || processId <= 0) return false;
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    return hasCode(error, 'EPERM');
  }
}

function noRoom(moreBytes: number, takenBytes: number, budgetBytes: number): GatehouseError {
  return new GatehouseError(
    'store-full',
    `the quarantine has no room for ${moreBytes} bytes: ${takenBytes} of ${budgetBytes} are taken`,
    { hint: 'Wait for the downloads under way, or raise GATEHOUSE_QUARANTINE_BYTES.' },
  );
}

function unwritable(error: unknown): never {
  if (!hasCode(error, 'ENOSPC', 'EDQUOT')) return unusable(error);
  throw new GatehouseError('store-full', 'the disk of the quarantine folder is full', {
    cause: error,
  });
}

function unusable(error: unknown): never {
  throw new GatehouseError('store-unavailable', 'the quarantine folder cannot be used', {
    cause: error,
  });
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}
