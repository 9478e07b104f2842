import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz';

/** Python's own view of archives, asked of one process as long as it is open. */
export interface PythonArchives extends AsyncDisposable {
  /** What Python lists: rows of its members, or its error as a text. */
  list(kind: ArchiveKind, bytes: Uint8Array): Promise<unknown>;
}

/** Starts Python. */
export function openPythonArchives(): PythonArchives {
  const script = join(import.meta.dirname, 'archive-oracle.py');
  const child = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: PromiseWithResolvers<unknown>[] = [];
  const ended = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.resolve(JSON.parse(line));
  });
  child.stdin.on('error', () => {});
  child.once('close', (status) => {
    for (const { reject } of waiting) reject(new Error(`Python ended with status ${status}`));
    ended.resolve();
  });
  return {
    list(kind, bytes) {
      const answer = Promise.withResolvers<unknown>();
      waiting.push(answer);
      child.stdin.write(`${kind} ${bytes.length}\n`);
      child.stdin.write(bytes);
      return answer.promise;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended.promise;
    },
  };
}
