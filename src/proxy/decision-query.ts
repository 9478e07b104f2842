import { parseProjectName } from '../ecosystems/pypi/names.ts';
import type { DecisionQuery } from '../mirror/decisions.ts';
import { GatehouseError } from '../model/errors.ts';
import { parseSha256 } from '../model/sha256.ts';

type Kind = Required<DecisionQuery>['kind'];

const KINDS: Readonly<Record<Kind, true>> = {
  access: true,
  admission: true,
  catalogue: true,
  policy: true,
  refusal: true,
  revocations: true,
  start: true,
};
const MOST_ROWS = 500;
const USUAL_ROWS = 100;

/** How each parameter is read, in the order in which messages name them. */
const READERS = {
  kind: (text: string) => (isKind(text) ? { kind: text } : undefined),
  project: (text: string) => attempt(() => ({ project: parseProjectName(text) })),
  sha256: (text: string) => attempt(() => ({ sha256: parseSha256(text) })),
  policy: (text: string) => attempt(() => ({ policy: parseSha256(text) })),
  since: (text: string) => timed(text, (since) => ({ since })),
  before: (text: string) => timed(text, (before) => ({ before })),
  cursor: (text: string) => counted(text, (cursor) => ({ cursor })),
  limit: (text: string) =>
    counted(text, (limit) => (limit >= 1 && limit <= MOST_ROWS ? { limit } : undefined)),
} as const satisfies Readonly<
  Record<keyof DecisionQuery, (text: string) => Partial<DecisionQuery> | undefined>
>;

const EXPECTED: Readonly<Record<keyof DecisionQuery, string>> = {
  kind: `one of ${Object.keys(KINDS).join(', ')}`,
  project: 'a project name',
  sha256: '64 hexadecimal digits',
  policy: 'the digest of a policy, 64 hexadecimal digits',
  since: 'a date such as 2026-03-01 or 2026-03-01T12:00:00Z',
  before: 'a date such as 2026-03-01 or 2026-03-01T12:00:00Z',
  cursor: 'the cursor of the page before',
  limit: `a number from 1 to ${MOST_ROWS}`,
};

/** Reads the parameters of a question for decisions; throws `invalid-request`, also for unknown ones. */
export function parseDecisionQuery(parameters: Readonly<Record<string, unknown>>): DecisionQuery {
  let query: DecisionQuery = { limit: USUAL_ROWS };
  for (const [name, value] of Object.entries(parameters)) {
    if (!isParameter(name)) {
      // A filter that is misspelt would otherwise filter nothing, and the answer would look complete.
      throw invalid(
        `no such parameter: ${quote(name)}, expected one of ${Object.keys(READERS).join(', ')}`,
      );
    }
    const read = typeof value === 'string' ? READERS[name](value) : undefined;
    if (read === undefined)
      throw invalid(`${name}: expected ${EXPECTED[name]}, got ${quote(value)}`);
    query = { ...query, ...read };
  }
  return query;
}

function isParameter(name: string): name is keyof typeof READERS {
  return Object.hasOwn(READERS, name);
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(KINDS, text);
}

function timed<Read>(text: string, make: (instant: number) => Read): Read | undefined {
  const isDate =
    /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const instant = isDate ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : make(instant);
}

function counted<Read>(text: string, make: (count: number) => Read): Read | undefined {
  return /^[0-9]{1,15}$/.test(text) ? make(Number(text)) : undefined;
}

function attempt<Read>(read: () => Read): Read | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function quote(value: unknown): string {
  return JSON.stringify(value).slice(0, 80);
}

function invalid(message: string): GatehouseError {
  return new GatehouseError('invalid-request', message);
}
