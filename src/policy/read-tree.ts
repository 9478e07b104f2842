import {
  Composer,
  CST,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type Range,
  type YAMLError,
  type YAMLMap,
} from 'yaml';

import { problemAt, type PolicyProblem } from './problem.ts';
import { coreTypeOf } from './scalars.ts';
import {
  findForbidden,
  findTextProblems,
  type PlaceOf,
  placesOf,
  type PolicyText,
} from './source-text.ts';
import type { MapEntry, NodeSpan, PolicyNode, PolicyTree, ScalarNode } from './yaml-tree.ts';

// A line with an entry has six tokens, a comment three more. The bound keeps the worst files of 1 MiB (a flow list has 1.5
// million tokens, and each can be an error) to about a second.
const MAX_TOKENS = 150_000;
const MAX_DEPTH = 32;
const MAX_SYNTAX_PROBLEMS = 10;

/** What YAML has and a policy must not: it would let one line change the meaning of another. */
const REFUSED_TOKENS: ReadonlyMap<CST.TokenType, string> = new Map<CST.TokenType, string>([
  ['alias', 'an alias'],
  ['anchor', 'an anchor'],
  ['tag', 'a tag'],
  ['directive-line', 'a directive'],
  ['explicit-key-ind', 'an explicit key'],
]);

const KEY = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Reads YAML as a tree of texts with positions, or says what is not part of the policy language. Never throws. */
export function readTree(source: PolicyText): PolicyTree {
  const placeOf = placesOf(source);
  const early = findTextProblems(source, placeOf);
  if (early.length > 0) return { problems: early, placeOf };
  const refused = findRefusedToken(source.text, placeOf);
  if (refused !== undefined) return { problems: [refused], placeOf };
  const tokens = [...new Parser().parse(source.text)];
  const deep = findTooDeep(tokens, placeOf);
  if (deep !== undefined) return { problems: [deep], placeOf };
  return composeTree(tokens, placeOf);
}

function findRefusedToken(text: string, placeOf: PlaceOf): PolicyProblem | undefined {
  let offset = 0;
  let count = 0;
  let scalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > MAX_TOKENS) {
      return problemAt(
        placeOf(offset),
        `the policy has too many parts: more than ${MAX_TOKENS} tokens`,
      );
    }
    const refused = scalar ? undefined : REFUSED_TOKENS.get(CST.tokenType(lexeme) ?? 'space');
    if (refused !== undefined) {
      const message = `${refused} is not part of the policy language: ${lexeme.slice(0, 40)}`;
      return problemAt(placeOf(offset), message, 'write the value out, or put it in quotes');
    }
    scalar = lexeme === CST.SCALAR;
    if (!ZERO_WIDTH.has(lexeme)) offset += lexeme.length;
  }
  return undefined;
}

/** Marks between the lexer's tokens; the text itself cannot contain them. */
const ZERO_WIDTH: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

// Before composing, because that recurses.
function findTooDeep(tokens: readonly CST.Token[], placeOf: PlaceOf): PolicyProblem | undefined {
  const pending = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token } = next;
    const depth = next.depth + (CST.isCollection(token) ? 1 : 0);
    if (depth > MAX_DEPTH) {
      const message = `lists and maps are nested deeper than ${MAX_DEPTH}`;
      return problemAt(placeOf(token.offset), message);
    }
    for (const child of tokensIn(token)) pending.push({ token: child, depth });
  }
  return undefined;
}

function tokensIn(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!CST.isCollection(token)) return [];
  return token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat());
}

function composeTree(tokens: readonly CST.Token[], placeOf: PlaceOf): PolicyTree {
  // Duplicate keys are found below: the library compares each key with all others before it.
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false });
  const [document, second] = [...composer.compose(tokens, true, 0)];
  const problems: PolicyProblem[] = [];
  function report(offset: number, message: string, hint?: string): void {
    problems.push(problemAt(placeOf(offset), message, hint));
  }
  const faults = document === undefined ? [] : [...document.errors, ...document.warnings];
  for (const fault of faults.slice(0, MAX_SYNTAX_PROBLEMS)) {
    report(fault.pos[0], `not YAML: ${fault.message}`, hintFor(fault));
  }
  if (second !== undefined)
    report(second.range[0], 'a second document begins: a policy is one document');
  if (problems.length > 0) return { problems, placeOf };
  const root = buildNode(document?.contents, { offset: 0, report });
  if (root.kind === 'map') return { root, problems, placeOf };
  report(root.start, 'a policy is a map of sections', 'begin with: version: 1');
  return { problems, placeOf };
}

// The common slip is a range without quotes: to YAML > begins a block of lines.
function hintFor({ message }: YAMLError): string {
  return /block scalar/i.test(message) ? 'put versions that begin with > in quotes' : '';
}

type Report = (offset: number, message: string, hint?: string) => void;

interface Building {
  /** Where a node that is not written would stand. */
  readonly offset: number;
  readonly report: Report;
}

function buildNode(node: unknown, building: Building): PolicyNode {
  if (isMap(node)) return buildMap(node, building);
  if (!isSeq(node)) return buildScalar(node, building);
  const span = spanOf(node.range, building.offset);
  const items = node.items.map((item) => buildNode(item, { ...building, offset: span.start }));
  return { kind: 'list', flow: node.flow === true, items, ...span };
}

function buildMap(node: YAMLMap, building: Building): PolicyNode {
  const { report } = building;
  const span = spanOf(node.range, building.offset);
  const entries = new Map<string, MapEntry>();
  for (const pair of node.items) {
    const offset = isNode(pair.key) ? spanOf(pair.key.range, span.start).start : span.start;
    const key = buildScalar(pair.key, { offset, report });
    const value = buildNode(pair.value, { offset: key.end, report });
    if (isKey(pair.key, key, report)) {
      if (entries.has(key.text)) report(key.start, `the key stands twice: ${key.text}`);
      else entries.set(key.text, { key, value });
    }
  }
  return { kind: 'map', flow: node.flow === true, entries, ...span };
}

function isKey(node: unknown, key: ScalarNode, report: Report): boolean {
  if (!isScalar(node) || !KEY.test(key.text)) {
    const shown = JSON.stringify(key.text.slice(0, 80));
    report(key.start, `not a key of lower-case ASCII letters, digits and "-": ${shown}`);
    return false;
  }
  if (!key.plain || coreTypeOf(key.text) === 'string') return true;
  report(
    key.start,
    `YAML reads the key ${key.text} as a ${coreTypeOf(key.text)}`,
    `write "${key.text}"`,
  );
  return false;
}

function buildScalar(node: unknown, { offset, report }: Building): ScalarNode {
  if (!isScalar(node)) return { kind: 'scalar', text: '', plain: true, start: offset, end: offset };
  const text = typeof node.value === 'string' ? node.value : '';
  const span = spanOf(node.range, offset);
  const forbidden = findForbidden(text);
  if (forbidden !== undefined) {
    const message = `the text has a character that must not stand in a policy: ${forbidden.name}`;
    report(span.start, message, 'delete it');
  }
  return { kind: 'scalar', text, plain: node.type === 'PLAIN', ...span };
}

function spanOf(range: Range | null | undefined, offset: number): NodeSpan {
  const [start, end] = range ?? [offset, offset];
  return { start, end };
}
