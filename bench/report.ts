import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';

const RESULTS = join(import.meta.dirname, 'results');

/** Keeps everything that was measured, raw, and says where. */
export async function saveResult(name: string, result: object): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const time = new Date().toISOString();
  const path = join(RESULTS, `${name}-${time.replaceAll(/[:.]/g, '-')}.json`);
  const whole = { benchmark: name, time, commit: commit(), machine: machine(), ...result };
  await writeFile(path, `${JSON.stringify(whole, undefined, 1)}\n`);
  say(`raw rounds: ${path}`);
}

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
}

function machine() {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model,
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    system: `Linux ${release()}`,
    node: process.version,
    load: loadavg().map((load) => Number(load.toFixed(2))),
  };
}

/** Prints a line of talk. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints rows under a head, columns aligned. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    say(cells.join('   ').trimEnd());
  }
}

/** Prints a table as a page of the documentation has it. */
export function printMarkdown(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const rule = head.map(() => '---');
  say('');
  for (const row of [head, rule, ...rows]) say(`| ${row.join(' | ')} |`);
}
