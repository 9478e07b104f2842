import { parseArgs } from 'node:util';

import type { Config } from '../config.ts';
import { GatehouseError } from '../model/errors.ts';

/** What a command is given. */
export interface CommandInput {
  readonly words: readonly string[];
  readonly config: Config;
  /** Folders of programs, as `PATH` has them. */
  readonly searchPath: string;
  /** Writes a line for people, to stderr. */
  readonly say: (line: string) => void;
}

/** Exit status (0 fine, 1 the answer is no, 2 wrong use, 3 a backend failed) and what goes to stdout. */
export interface Outcome {
  readonly status: 0 | 1 | 2 | 3;
  readonly output: string;
}

export type Command = (input: CommandInput) => Promise<Outcome>;

export interface Words {
  readonly names: readonly string[];
  readonly json: boolean;
  readonly dryRun: boolean;
  /** `export` lines for a shell are wanted. */
  readonly env: boolean;
  readonly reason: string | undefined;
  /** A file of requirements. */
  readonly requirements: string | undefined;
  readonly client: string | undefined;
  readonly url: string | undefined;
  /** A version of Python, not yet read. */
  readonly python: string | undefined;
  readonly interpreter: string | undefined;
}

interface Usage {
  /** Names every option that the command takes, and only those. */
  readonly text: string;
  readonly least: number;
  readonly most: number;
}

/** Reads a command's words; throws `wrong-use`, which says how the command is used. */
export function readWords(words: readonly string[], usage: Usage): Words {
  const { values, positionals } = parse(words, usage.text);
  if (positionals.length < usage.least || positionals.length > usage.most)
    throw wrongUse(usage.text);
  return {
    names: positionals,
    json: values.json ?? false,
    dryRun: values['dry-run'] ?? false,
    env: values.env ?? false,
    reason: values.reason,
    requirements: values.requirement,
    client: values.for,
    url: values.url,
    python: values.python,
    interpreter: values.interpreter,
  };
}

const OPTIONS = {
  json: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  env: { type: 'boolean' },
  reason: { type: 'string' },
  requirement: { type: 'string', short: 'r' },
  for: { type: 'string' },
  url: { type: 'string' },
  python: { type: 'string' },
  interpreter: { type: 'string' },
} as const;

function parse(words: readonly string[], usage: string) {
  try {
    const parsed = parseArgs({ args: [...words], allowPositionals: true, options: OPTIONS });
    const given = Object.keys(parsed.values);
    const foreign = given.find((name) => !new RegExp(`--${name}\\b`).test(usage));
    if (foreign !== undefined) throw new Error(`not an option of this command: --${foreign}`);
    return parsed;
  } catch (error) {
    throw wrongUse(usage, error);
  }
}

/** The error of words that a command cannot take. */
export function wrongUse(usage: string, cause?: unknown): GatehouseError {
  return new GatehouseError(
    'wrong-use',
    `usage: gatehouse ${usage}`,
    cause === undefined ? {} : { cause },
  );
}
