import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface PackagingOracle extends AsyncDisposable {
  /** Asks all questions at once; the answers come in their order. See packaging-oracle.py. */
  ask(questions: readonly (readonly unknown[])[]): Promise<readonly unknown[]>;
}

const LIBRARY = join(import.meta.dirname, '../../../.clients/packaging');

/** Whether `npm test` has installed the library. */
export function hasPackaging(): boolean {
  return existsSync(LIBRARY);
}

/** Starts one Python process that answers until it is disposed of. */
export function startPackagingOracle(): PackagingOracle {
  const child = spawn('python3', [join(import.meta.dirname, 'packaging-oracle.py')], {
    env: { ...process.env, PYTHONPATH: LIBRARY, PYTHONUTF8: '1', PYTHONWARNINGS: 'ignore' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function ask(questions: readonly (readonly unknown[])[]): Promise<readonly unknown[]> {
    child.stdin.write(`${JSON.stringify(questions)}\n`);
    const { value } = await lines.next();
    const answers: unknown = JSON.parse(String(value));
    if (!Array.isArray(answers) || answers.length !== questions.length) {
      throw new Error(`expected ${questions.length} answers of packaging`);
    }
    return answers;
  }

  async function dispose(): Promise<void> {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    await ended;
  }

  return { ask, [Symbol.asyncDispose]: dispose };
}
