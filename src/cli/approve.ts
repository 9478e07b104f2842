import { approveFile } from './approve-file.ts';
import { approveName } from './approve-name.ts';
import { type CommandInput, type Outcome, readWords, wrongUse } from './command.ts';

const USAGE = 'approve NAME [RANGE] | --requirement FILE [--dry-run] [--json]';

/** `approve NAME [RANGE]` and `approve -r FILE`. Entries are only ever added. */
export async function approve(input: CommandInput): Promise<Outcome> {
  const { names, requirements, ...options } = readWords(input.words, {
    text: USAGE,
    least: 0,
    most: 2,
  });
  const [name, range] = names;
  if (requirements !== undefined && name === undefined)
    return approveFile(input, { requirements, ...options });
  if (requirements === undefined && name !== undefined)
    return approveName(input, { name, range, ...options });
  throw wrongUse(USAGE);
}
