import { z } from 'zod';

import { type LicenseExpression, parseLicenseExpression } from '../ecosystems/spdx/expression.ts';
import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import { parseName, parseVersions, type WrittenVersions } from './entry.ts';
import { nameOfCharacter } from './source-text.ts';
import { parseExpiry, parseProse } from './values.ts';

/** A text of the file that parsing turns into a value. */
export type ParsedText<Value> = z.ZodPipe<z.ZodString, z.ZodTransform<Value, string>>;

/** The message of an issue about a key of a section that this version reads only empty. */
export const RESERVED = 'reserved';

/** A map with these keys only. An issue about others has the known keys as its message, for the suggestion. */
export function section<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  });
}

const emptyMap = z.strictObject(
  {},
  { error: ({ code }) => (code === 'unrecognized_keys' ? RESERVED : undefined) },
);

/** A map whose keys a later version will know. */
export function reservedMap(): z.ZodDefault<typeof emptyMap> {
  return emptyMap.default({}).describe('Not known to this version: leave it empty.');
}

/** A list that a later version will read. */
export function reservedList(): z.ZodDefault<z.ZodArray<z.ZodNever>> {
  return z
    .array(z.never())
    .max(0, 'this version does not know entries here')
    .default([])
    .describe('Not known to this version: leave it empty.');
}

/** A text that a parser reads; what the parser throws becomes the problem. Only prose may go beyond ASCII. */
export function parsed<Value>(
  parse: (text: string) => Value,
  options: { readonly prose?: true } = {},
): ParsedText<Value> {
  return z.string().transform((text, context) => {
    try {
      if (options.prose !== true) refuseNonAscii(text);
      return parse(text);
    } catch (error) {
      if (!isGatehouseError(error)) throw error;
      context.addIssue({ code: 'custom', message: error.message, params: { hint: error.hint } });
      return z.NEVER;
    }
  });
}

/** The name of one package. */
export const projectName = parsed(parseName).describe(
  'A project of PyPI, in any spelling, or a package of a conda channel, like conda-forge::numpy.',
);

/** What a finding about contents does. */
export const contentEffect = z.enum(['allow', 'review', 'deny']);

/** A text of people for people. */
export function prose(description: string): ParsedText<string> {
  return parsed(parseProse, { prose: true }).describe(description);
}

/** Versions of one project, as in a requirement. */
export function versions(): ParsedText<WrittenVersions> {
  return parsed(parseVersions).describe(
    'Versions as PEP 440 writes them, of a conda package as conda does, like ">=1.26,<3".',
  );
}

/** What a person has read a licence to be. */
export function expression(): ParsedText<LicenseExpression> {
  return parsed(parseLicenseExpression).describe('An SPDX licence expression.');
}

/** One licence of a list: an expression would say the same as its parts. */
export function license(): ParsedText<LicenseExpression> {
  return parsed(parseOneLicense).describe('An SPDX id, "ID WITH exception", or a LicenseRef-.');
}

function parseOneLicense(text: string): LicenseExpression {
  const read = parseLicenseExpression(text);
  if (read.kind === 'license') return read;
  throw new GatehouseError(
    'invalid-policy',
    `expected one licence, got an expression: ${text.slice(0, 80)}`,
    {
      hint: 'write an entry for each licence in it',
    },
  );
}

/** What every dated exception says. */
export const DATED = {
  reason: prose('Why this exception is right.'),
  approver: prose('Who answers for it.'),
  expires: parsed(parseExpiry).describe('The last day (UTC) on which it holds, like 2027-06-30.'),
} as const;

/** A list in which no text stands twice. */
export function distinct<Item extends z.ZodType<string>>(item: Item): z.ZodArray<Item> {
  return z.array(item).check(({ value, issues }) => {
    const seen = new Set<string>();
    for (const [index, entry] of value.entries()) {
      if (seen.has(entry)) {
        issues.push({
          code: 'custom',
          input: entry,
          path: [index],
          message: `stands twice: ${entry}`,
        });
      }
      seen.add(entry);
    }
  });
}

// A letter of another script that looks the same would show reviewers another name than the machine reads.
function refuseNonAscii(text: string): void {
  const character = /[^\0-\x7F]/u.exec(text)?.[0];
  if (character === undefined) return;
  const message = `${JSON.stringify(text.slice(0, 80))} has a character that is not ASCII: ${nameOfCharacter(character)}`;
  throw new GatehouseError('invalid-policy', message, { hint: 'write it with ASCII letters' });
}
