import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';
import exceptions from 'spdx-exceptions/index.json' with { type: 'json' };
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import licenses from 'spdx-license-ids/index.json' with { type: 'json' };
import { expect, it } from 'vitest';

import {
  equalExpressions,
  formatLicenseExpression,
  parseLicenseExpression,
} from '../../../src/ecosystems/spdx/expression.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';

const LIBRARY = join(import.meta.dirname, '../../../.clients/packaging');

// Reads {"licenses": [], "exceptions": [], "expressions": []}; answers which identifiers packaging knows and,
// for each expression, its canonical form or null.
const SCRIPT = `
import json, sys
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.licenses._spdx import EXCEPTIONS, LICENSES

def canonical(text):
    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return None

question = json.load(sys.stdin)
json.dump({
    "licenses": [i for i in question["licenses"] if i.lower() in LICENSES],
    "exceptions": [i for i in question["exceptions"] if i.lower() in EXCEPTIONS],
    "foreign": sorted(e["id"] for e in [*EXCEPTIONS.values(), *LICENSES.values()]),
    "expressions": [canonical(t) for t in question["expressions"]],
}, sys.stdout)
`;

interface Answer {
  readonly licenses: readonly string[];
  readonly exceptions: readonly string[];
  readonly foreign: readonly string[];
  readonly expressions: readonly (string | null)[];
}

/** Every difference in what is accepted, with the reason. */
const DIFFERENCES: readonly {
  readonly reason: string;
  readonly accepts: 'Gatehouse' | 'packaging';
  readonly texts: RegExp;
}[] = [
  {
    reason: '"-only+" contradicts itself and "-or-later+" says it twice',
    accepts: 'packaging',
    texts: /-(?:only|or-later)\+/i,
  },
  {
    reason: 'a deprecated id that contains an exception cannot have a second one',
    accepts: 'packaging',
    texts: /(?:-with-\S+|eCos-2\.0\+?|wxWindows\+?)\s+with\s/i,
  },
  {
    reason: 'the Kelvin sign is no ASCII letter, though its lower case is one',
    accepts: 'packaging',
    texts: /\u212A/,
  },
  {
    reason: 'white space of an expression is ASCII',
    accepts: 'packaging',
    texts: /\u00A0/,
  },
  {
    reason: 'SPDX knows references to other documents; PEP 639 does not',
    accepts: 'Gatehouse',
    texts: /DocumentRef-/i,
  },
];

const seed = Number(process.env['GATEHOUSE_SEED'] ?? 639);

it.skipIf(!existsSync(LIBRARY))('what packaging says of licence expressions holds here', () => {
  const known = askPackaging([]);
  const texts = [...new Set(fc.sample(expressionTexts(known), { seed, numRuns: 12_000 }))];
  const { expressions } = askPackaging(texts);

  const explained = new Set<string>();
  const unexplained: unknown[] = [];
  const counts = { same: 0, refused: 0, literal: 0 };
  for (const [at, text] of texts.entries()) {
    const theirs = expressions[at] ?? undefined;
    const ours = findCanonical(text);
    if (ours === undefined && theirs === undefined) {
      counts.refused += 1;
    } else if (ours === undefined || theirs === undefined) {
      const accepts = ours === undefined ? 'packaging' : 'Gatehouse';
      const found = DIFFERENCES.find((one) => one.accepts === accepts && one.texts.test(text));
      if (found === undefined) unexplained.push({ text, ours, theirs });
      else explained.add(found.reason);
    } else {
      const [left, right] = [parseLicenseExpression(text), parseLicenseExpression(theirs)];
      const same = equalExpressions(left, right) && ours === formatLicenseExpression(right);
      if (!same) unexplained.push({ text, ours, theirs });
      counts.same += 1;
      // Without parentheses, repetition and deprecated identifiers it is the very same text.
      if (ours === theirs) counts.literal += 1;
      else if (isPlain(theirs)) unexplained.push({ text, ours, theirs });
    }
  }

  expect(unexplained.slice(0, 5)).toEqual([]);
  // A line of the table that nothing needs any more must go.
  expect(DIFFERENCES.filter(({ reason }) => !explained.has(reason))).toEqual([]);
  expect(counts.same).toBeGreaterThan(2000);
  expect(counts.refused).toBeGreaterThan(500);
  expect(counts.literal).toBeGreaterThan(1000);
});

it.skipIf(!existsSync(LIBRARY))('identifiers that only packaging knows are these', () => {
  const own = new Set([...licenses, ...deprecated, ...exceptions]);
  const foreign = askPackaging([]).foreign.filter(
    (id) => !own.has(id) && !own.has(id.slice(0, -1)),
  );
  // Younger than the pinned list: a package that uses one waits for a person.
  expect(foreign.filter((id) => findCanonical(`MIT WITH ${id}`) === undefined)).toEqual([
    'Asterisk-linking-protocols-exception',
    'CGAL-linking-exception',
    'Digia-Qt-LGPL-exception-1.1',
    'GPL-3.0-389-ds-base-exception',
    'Independent-modules-exception',
    'PCRE2-exception',
    'RRDtool-FLOSS-exception-2.0',
    'erlang-otp-linking-exception',
    'harbour-exception',
    'mxml-exception',
    'polyparse-exception',
    'romic-exception',
  ]);
});

function askPackaging(expressions: readonly string[]): Answer {
  const question = { licenses: [...licenses, ...deprecated], exceptions, expressions };
  const run = spawnSync('python3', ['-c', SCRIPT], {
    env: { ...process.env, PYTHONPATH: LIBRARY, PYTHONUTF8: '1', PYTHONWARNINGS: 'ignore' },
    input: JSON.stringify(question),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`the oracle failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as Answer;
}

function findCanonical(text: string): string | undefined {
  try {
    return formatLicenseExpression(parseLicenseExpression(text));
  } catch (error) {
    if (isGatehouseError(error, 'invalid-expression')) return undefined;
    throw error;
  }
}

function isPlain(canonical: string): boolean {
  if (canonical.includes('(')) return false;
  const words = canonical.split(/ (?:AND|OR|WITH) /).map((id) => id.replace(/\+$/, ''));
  return new Set(words).size === words.length && !words.some((id) => deprecated.includes(id));
}

function expressionTexts(known: Answer): fc.Arbitrary<string> {
  const id = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...known.licenses) },
    { weight: 4, arbitrary: fc.constantFrom(...deprecated) },
    { weight: 2, arbitrary: fc.constantFrom('LicenseRef-a', 'LicenseRef-B.c-1', 'LicenseRef-_') },
    { weight: 1, arbitrary: fc.constantFrom('DocumentRef-a:LicenseRef-b', 'BSD', '+', 'MIT++') },
  );
  const license = fc
    .tuple(id, fc.integer({ min: 0, max: 9 }), fc.constantFrom(...known.exceptions))
    .map(([text, choice, exception]) => {
      if (choice < 2) return `${text}+`;
      return choice < 4 ? `${text} with ${exception}` : text;
    });
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      license,
      fc
        .tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree'))
        .map((parts) => parts.join(' ')),
      tie('tree').map((text) => `(${text})`),
    ),
  }));
  const mutation = fc.tuple(
    fc.constantFrom('none', 'none', 'none', 'drop', 'add', 'space', 'kelvin'),
    fc.nat(),
    fc.constantFrom('and', 'or', 'with', '(', ')', 'mit', 'foo'),
  );
  const style = fc.constantFrom('lower', 'upper', 'as it is', 'wide');
  return fc
    .tuple(tree, mutation, style)
    .map(([text, change, look]) => mutate(restyle(text, look), change));
}

function restyle(text: string, style: string): string {
  if (style === 'lower') return text.toLowerCase();
  if (style === 'upper') return text.toUpperCase();
  return style === 'wide' ? text.replaceAll(' ', ' \t ').replaceAll('(', '( ') : text;
}

function mutate(text: string, [kind, at, word]: readonly [string, number, string]): string {
  const words = text.split(' ');
  const place = at % words.length;
  switch (kind) {
    case 'drop':
      return words.toSpliced(place, 1).join(' ');
    case 'add':
      return words.toSpliced(place, 0, word).join(' ');
    case 'space':
      return text.replace(' ', '\u00A0');
    case 'kelvin':
      return text.replace(/k/i, '\u212A');
    default:
      return text;
  }
}
