/** Which build numbers are wanted. */
export interface BuildNumberSpec {
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=';
  readonly number: number;
}

/** Whether a text can stand for builds: one build, or one with `*` for whatever is there. */
export function isBuildPattern(text: string): boolean {
  return text.length <= 128 && /^[a-zA-Z0-9_.+*]+$/.test(text);
}

/**
 * Whether a build is one of the pattern's. Undefined: it is but for the case of its letters, where conda says no and
 * rattler yes.
 */
export function matchesBuild(pattern: string, build: string): boolean | undefined {
  if (globMatches(pattern, build)) return true;
  return globMatches(pattern.toLowerCase(), build.toLowerCase()) ? undefined : false;
}

/** Reads a number with or without an operator before it; absent: it is none. */
export function findBuildNumberSpec(text: string): BuildNumberSpec | undefined {
  const [, operator = '', digits = ''] = /^(==|!=|<=|>=|<|>|)([0-9]{1,15})$/.exec(text) ?? [];
  if (digits === '') return undefined;
  const number = Number(digits);
  switch (operator) {
    case '':
      return { operator: '==', number };
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { operator, number };
    default:
      return undefined;
  }
}

/** Whether a build number is wanted. */
export function matchesBuildNumber({ operator, number }: BuildNumberSpec, value: number): boolean {
  return HOLDS[operator](value, number);
}

const HOLDS: Readonly<
  Record<BuildNumberSpec['operator'], (value: number, wanted: number) => boolean>
> = {
  '==': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
};

/** Takes each piece between stars at its first place: no going back, so no pattern is slow. */
function globMatches(pattern: string, text: string): boolean {
  const pieces = pattern.split('*');
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
