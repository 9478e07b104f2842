import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join, matchesGlob } from 'node:path';

import { printMarkdown, say } from '../report.ts';
import {
  scoreOf,
  sumOf,
  type Survivor,
  survivorsOf,
  type Tally,
  tallyFiles,
  totalOf,
} from './mutants.ts';
import { PARTS, type Part } from './parts.ts';
import { runStryker } from './stryker.ts';

/** What must be noticed of each part, in hundredths. */
const LEAST_SCORE = 90;
const PAGE = 'docs/mutation.md';

const asked = process.argv.slice(2);
const extent = asked.includes('--again') ? 'again' : 'whole';
const chosen = choose(asked.filter((text) => text !== '--again'));
if (chosen === undefined) {
  const names = PARTS.map(({ name }) => name).join('|');
  say(`usage: npm run mutate [-- [--again] ${names}|FILE...]   (${PAGE})`);
  process.exitCode = 2;
} else {
  // Other work on this machine goes first; what is started inherits it.
  setPriority(19);
  await mutate(chosen);
}

/** Whole parts by their names, parts of them by their files; all where nothing is asked for. */
function choose(names: readonly string[]): readonly Part[] | undefined {
  const known = PARTS.flatMap(({ name, source }) => [name, ...source]);
  if (!names.every((text) => known.some((pattern) => matchesGlob(text, pattern)))) return undefined;
  return PARTS.flatMap((part) => {
    if (names.length === 0 || names.includes(part.name)) return [part];
    const source = names.filter((path) =>
      part.source.some((pattern) => matchesGlob(path, pattern)),
    );
    return source.length === 0 ? [] : [{ ...part, source }];
  });
}

async function mutate(parts: readonly Part[]): Promise<void> {
  const page = await readFile(join(import.meta.dirname, '..', '..', PAGE), 'utf8');
  const rows: (readonly string[])[] = [];
  const unexplained: Survivor[] = [];
  for (const part of parts) {
    say(`${part.name}: ${part.source.join(' ')}, tried by ${part.tests.join(' ')}`);
    const report = await runStryker(part, extent);
    const files = tallyFiles(report);
    const sum = sumOf(files.values());
    for (const [path, tally] of files) rows.push(rowOf(path, tally));
    rows.push(rowOf(`**${part.name}**`, sum));
    unexplained.push(...survivorsOf(report).filter((survivor) => !isExplained(page, survivor)));
    if (scoreOf(sum) < LEAST_SCORE) process.exitCode = 1;
  }
  printMarkdown(['file', 'mutants', 'killed', 'timed out', 'survived', 'not run', 'noticed'], rows);
  say(`\nsurvivors without a reason in ${PAGE}: ${unexplained.length}`);
  for (const { path, line, change } of unexplained) say(`- ${path}:${line}: ${change}`);
  if (unexplained.length > 0) process.exitCode = 1;
}

function rowOf(name: string, tally: Tally): readonly string[] {
  const { killed, timedOut, survived, uncovered } = tally;
  const counts = [totalOf(tally), killed, timedOut, survived, uncovered].map(String);
  return [name, ...counts, `${scoreOf(tally).toFixed(1)} %`];
}

/** The page has a heading for each file, and the change below it. */
function isExplained(page: string, { path, change }: Survivor): boolean {
  const [, section] = page.split(`### ${path}\n`);
  return section?.split(/^#/m)[0]?.includes(change) === true;
}
