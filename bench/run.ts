import { benchBombs } from './bombs.ts';
import { benchContents } from './contents.ts';
import { benchInstall } from './install.ts';
import { benchMemory } from './memory.ts';
import { say } from './report.ts';
import { benchServe } from './serve.ts';
import { benchSurvey } from './survey.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  serve: benchServe,
  install: benchInstall,
  memory: benchMemory,
  contents: benchContents,
  survey: benchSurvey,
  bombs: benchBombs,
};

const benchmark = BENCHMARKS[process.argv[2] ?? ''];
if (benchmark === undefined) {
  say(`usage: npm run bench -- ${Object.keys(BENCHMARKS).join('|')}   (docs/performance.md)`);
  process.exitCode = 2;
} else {
  await benchmark();
}
