import { parseArgs } from 'node:util';

import type { Config } from '../config.ts';
import { GatehouseError } from '../model/errors.ts';

/** What a command is given. */
export interface CommandInput {
  readonly words: readonly string[];
  readonly config: Config;
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
  readonly reason: string | undefined;
}

/** Reads a command's words; throws `wrong-use`, which says how the command is used. */
export function readWords(
  words: readonly string[],
  usage: { readonly text: string; readonly least: number; readonly most: number },
): Words {
  const { values, positionals } = parse(words, usage.text);
  if (positionals.length < usage.least || positionals.length > usage.most)
    throw wrongUse(usage.text);
  const { json, reason, 'dry-run': dryRun } = values;
  return { names: positionals, json, dryRun, reason };
}

function parse(
  words: readonly string[],
  usage: string,
): {
  readonly values: {
    readonly json: boolean;
    readonly 'dry-run': boolean;
    readonly reason?: string | undefined;
  };
  readonly positionals: readonly string[];
} {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        reason: { type: 'string' },
      },
    });
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
