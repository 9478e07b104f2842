import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

/** What a solver is asked: see rattler-solver.py. */
export interface SolverQuestion {
  /** Has `<subdir>/repodata.json`. */
  readonly folder: string;
  /** Of each platform its virtual packages with their versions. */
  readonly virtual: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly specs: readonly (readonly [platform: string, spec: string])[];
}

/** The files of an environment, `noarch/frog-1.2-h0_0.conda`, in order; null: there is none. */
export type Solved = readonly string[] | null;

const CLIENTS = join(import.meta.dirname, '../../.clients/conda');

/** Has rattler solve for one spec after the other; the answers come in the order of the specs. */
export async function solveWithRattler(question: SolverQuestion): Promise<readonly Solved[]> {
  const child = spawn('python3', [join(import.meta.dirname, 'rattler-solver.py')], {
    env: { ...process.env, PYTHONPATH: CLIENTS, PYTHONUTF8: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(`${JSON.stringify(question)}\n`);
  const answers: unknown = await json(child.stdout);
  if (!Array.isArray(answers) || answers.length !== question.specs.length) {
    throw new Error(`expected ${question.specs.length} answers of rattler`);
  }
  return answers.map((files: unknown) => (Array.isArray(files) ? files.map(String) : null));
}
