import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export type Question = readonly [
  kind: 'wheel' | 'sdist' | 'compatible' | 'email' | 'html',
  ...parts: readonly (string | number)[],
];

/** Asks the installed `packaging` and Python's `html.parser`, in one process; answers come in order. */
export function askPython(questions: readonly Question[]): readonly unknown[] {
  const clients = join(import.meta.dirname, '../../../.clients');
  const run = spawnSync('python3', [join(import.meta.dirname, 'pages-oracle.py')], {
    env: { ...process.env, PYTHONPATH: join(clients, 'packaging') },
    input: JSON.stringify(questions),
    encoding: 'utf8',
    maxBuffer: 512 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`the oracle failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as readonly unknown[];
}
