import packageJson from '../package.json' with { type: 'json' };
import { approve } from './cli/approve.ts';
import { check } from './cli/check.ts';
import { clientConfig } from './cli/client-config.ts';
import type { Command, Outcome } from './cli/command.ts';
import { explain } from './cli/explain.ts';
import { revoke } from './cli/revoke.ts';
import { tryRelease } from './cli/try.ts';
import { warm } from './cli/warm.ts';
import { readConfig } from './config.ts';
import { serve } from './main.ts';
import { isGatehouseError } from './model/errors.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  approve,
  check,
  'client-config': clientConfig,
  explain,
  revoke,
  try: tryRelease,
  warm,
};

const USAGE = `gatehouse: an approved-package mirror for machine-learning notebooks

  serve                            serve policy.yaml, as npm start does
  check [FILE]                     is the policy file right?
  explain NAME[==VERSION]          what is decided about it, by which line, and what to do
                                   (of a conda package: CHANNEL::NAME)
  approve NAME [RANGE]             say what comes along, and write the line that approves it
                                   (--dry-run writes nothing)
  approve -r FILE                  the same for all that a requirements file or a lock asks for
  revoke SHA256|NAME==VERSION --reason "…"
                                   take it back at once and for ever, whatever the policy says
  try NAME==VERSION                install and import it in a sandbox, and keep what was seen
                                   (--python 3.12, --interpreter PATH)
  warm [NAME …]                    fetch and verify what is approved ahead of requests
  client-config --for CLIENT       the file with which pip, uv, poetry, pdm, pipenv, jupyter, conda or
                                   pixi installs from here (--env: variables for a shell)

  --json                           for programs
Exit status: 0 fine, 1 the answer is no, 2 wrong use, 3 a backend failed.
Run it as: npm run -s gatehouse -- VERB
`;

async function main(words: readonly string[]): Promise<number> {
  // `--json` may stand before the verb as well.
  const [verb, ...rest] = words.toSorted(
    (left, right) => Number(isOption(left)) - Number(isOption(right)),
  );
  if (words.includes('--version')) return print(`${packageJson.version}\n`);
  if (words.includes('--help') || verb === 'help') return print(USAGE);
  if (verb === 'serve') return serve(process.env);
  const command = verb !== undefined && Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (command === undefined) {
    const what = verb === undefined ? 'which command?' : `no such command: ${verb}`;
    process.stderr.write(`gatehouse: ${what}\n\n${USAGE}`);
    return 2;
  }
  const outcome = await run(command, rest);
  if (outcome.output !== '') print(`${outcome.output}\n`);
  return outcome.status;
}

function print(text: string): 0 {
  process.stdout.write(text);
  return 0;
}

function isOption(word: string): boolean {
  return word === '--json';
}

async function run(command: Command, words: readonly string[]): Promise<Outcome> {
  try {
    return await command({
      words,
      config: readConfig(process.env),
      searchPath: process.env['PATH'] ?? '',
      say: (line) => process.stderr.write(`${line}\n`),
    });
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    const hint = error.hint === undefined ? '' : `hint: ${error.hint}\n`;
    process.stderr.write(`gatehouse: ${error.message}\n${hint}`);
    return { status: statusOf(error.code), output: '' };
  }
}

function statusOf(code: string): 1 | 2 | 3 {
  if (code === 'wrong-use' || code === 'invalid-setting') return 2;
  return code.startsWith('invalid-') || code === 'not-found' ? 1 : 3;
}

process.exitCode = await main(process.argv.slice(2));
