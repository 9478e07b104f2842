import type { z } from 'zod';

import { findNearest } from './nearest.ts';
import { type PolicyProblem, problemAt } from './problem.ts';
import { coreTypeOf } from './scalars.ts';
import { RESERVED } from './schema-parts.ts';
import { nodeAt, placeAt, type PolicyNode, type PolicyTree, type ScalarNode } from './yaml-tree.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Says what the schema does not accept in words of the file, at the place where it stands. */
export function describeIssue(issue: Issue, tree: PolicyTree): readonly PolicyProblem[] {
  return describeAt(issue, { tree, base: [] });
}

interface Description {
  readonly tree: PolicyTree;
  /** Where the issue's path begins. */
  readonly base: Path;
}

function describeAt(issue: Issue, { tree, base }: Description): readonly PolicyProblem[] {
  const path = [...base, ...issue.path];
  const node = nodeAt(tree, path);
  const place = placeAt(tree, path);
  if (node === undefined) return [problemAt(place, `a key is missing: ${String(path.at(-1))}`)];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => describeUnknownKey(key, issue.message, { tree, base: path }));
    case 'invalid_union':
      return describeUnion(issue, { tree, base: path });
    case 'invalid_type':
      return [problemAt(place, ...describeType(issue.expected, node))];
    case 'invalid_key':
      return issue.issues.map((inner) => problemAt(place, inner.message, hintOf(inner)));
    case 'invalid_value':
      return [problemAt(place, ...describeChoice(issue, node))];
    case 'custom':
    case 'invalid_format':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'too_big':
    case 'too_small':
      break;
  }
  return [problemAt(place, issue.message, hintOf(issue))];
}

function describeUnknownKey(
  key: string,
  known: string,
  { tree, base }: Description,
): PolicyProblem {
  const node = nodeAt(tree, base);
  const start = node?.kind === 'map' ? node.entries.get(key)?.key.start : undefined;
  const place = start === undefined ? placeAt(tree, base) : tree.placeOf(start);
  const where = nameOf(base);
  if (known === RESERVED) {
    return problemAt(
      place,
      `this version knows no keys of ${where}, got: ${key}`,
      'leave it empty: {}',
    );
  }
  const keys = known.split(' ');
  const nearest = findNearest(key, keys);
  const hint =
    nearest === undefined ? `its keys are ${keys.join(', ')}` : `did you mean ${nearest}?`;
  return problemAt(place, `${where} has no key ${key}`, hint);
}

function nameOf(path: Path): string {
  if (path.length === 0) return 'a policy';
  const section = String(path.findLast((step) => typeof step === 'string'));
  return typeof path.at(-1) === 'number' ? `an entry of ${section}` : section;
}

// Of the forms that an entry may have, the one that was begun is meant.
function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  { tree, base }: Description,
): readonly PolicyProblem[] {
  const begun = issue.errors.filter((issues) => !issues.some(isOtherForm));
  const meant = begun.length === 1 ? begun[0] : undefined;
  if (meant !== undefined) return meant.flatMap((inner) => describeAt(inner, { tree, base }));
  const node = nodeAt(tree, base);
  const [message, hint] =
    node?.kind === 'scalar' ? describeType('string', node) : describeType('a text or a map', node);
  return [problemAt(placeAt(tree, base), message, hint)];
}

function isOtherForm(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function describeType(type: string, node: PolicyNode | undefined): readonly [string, string] {
  const expected = EXPECTED[type] ?? type;
  if (node?.kind !== 'scalar') return [`expected ${expected}, got a ${node?.kind ?? 'gap'}`, ''];
  if (node.plain && node.text === '') return describeNothing(expected);
  if (type !== 'string') return [`expected ${expected}, got: ${shown(node)}`, unquoted(type, node)];
  const read = coreTypeOf(node.text);
  return [
    `YAML reads ${shown(node)} as ${read === 'null' ? read : `a ${read}`}, expected a text`,
    `write "${node.text}"`,
  ];
}

function describeNothing(expected: string): readonly [string, string] {
  const empty: Readonly<Record<string, string>> = {
    'a list': 'write [] for an empty list',
    'a map': 'write {} for an empty map',
  };
  return [`nothing stands here, expected ${expected}`, empty[expected] ?? ''];
}

function unquoted(type: string, node: ScalarNode): string {
  const fits = coreTypeOf(node.text) === (type === 'boolean' ? 'boolean' : 'number');
  return !node.plain && fits ? `write ${node.text} without quotes` : '';
}

function describeChoice(
  issue: z.core.$ZodIssueInvalidValue,
  node: PolicyNode,
): readonly [string, string] {
  const got = node.kind === 'scalar' ? `: ${shown(node)}` : ` a ${node.kind}`;
  if (issue.values.length === 1) return [`${issue.message}, got${got}`, ''];
  const choices = issue.values.map(String);
  const nearest = node.kind === 'scalar' ? findNearest(node.text, choices) : undefined;
  const hint = nearest === undefined ? '' : `did you mean ${nearest}?`;
  return [`expected one of ${choices.join(', ')}, got${got}`, hint];
}

function shown(node: ScalarNode): string {
  return node.plain ? node.text.slice(0, 80) : JSON.stringify(node.text.slice(0, 80));
}

function hintOf(issue: Issue | z.core.$ZodRawIssue): string {
  const params: unknown = 'params' in issue ? issue.params : undefined;
  const hint = typeof params === 'object' && params !== null && 'hint' in params ? params.hint : '';
  return typeof hint === 'string' ? hint : '';
}
