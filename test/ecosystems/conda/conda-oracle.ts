import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What conda says and what rattler says; null: it refuses the text. */
export type Answers = readonly [conda: unknown, rattler: unknown];

export interface CondaOracle extends AsyncDisposable {
  /** Asks all questions at once; the answers come in their order. See conda-oracle.py. */
  ask(questions: readonly (readonly unknown[])[]): Promise<readonly Answers[]>;
}

const CLIENTS = join(import.meta.dirname, '../../../.clients/conda');

/** Whether `npm test` has installed the clients. */
export function hasConda(): boolean {
  return existsSync(join(CLIENTS, 'conda'));
}

/** Starts one Python process that answers until it is disposed of. */
export function startCondaOracle(): CondaOracle {
  const child = spawn('python3', [join(import.meta.dirname, 'conda-oracle.py')], {
    env: { ...process.env, PYTHONPATH: CLIENTS, PYTHONUTF8: '1', PYTHONWARNINGS: 'ignore' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function ask(questions: readonly (readonly unknown[])[]): Promise<readonly Answers[]> {
    child.stdin.write(`${JSON.stringify(questions)}\n`);
    const { value } = await lines.next();
    const answers: unknown = JSON.parse(String(value));
    if (!Array.isArray(answers) || answers.length !== questions.length) {
      throw new Error(`expected ${questions.length} answers of conda and rattler`);
    }
    return answers.map((pair: unknown) => {
      if (!Array.isArray(pair) || pair.length !== 2) throw new Error('expected two answers');
      return [pair[0], pair[1]];
    });
  }

  async function dispose(): Promise<void> {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    await ended;
  }

  return { ask, [Symbol.asyncDispose]: dispose };
}
