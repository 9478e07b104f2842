/** One member of an `Accept` or `Accept-Encoding` header. */
export interface Weighted {
  /** Lower-case, without parameters. */
  readonly name: string;
  readonly weight: number;
}

const MEMBER = /^[ \t]*([!#$%&'*+\-.^_`|~0-9a-z/]+)[ \t]*(?:;(.*))?$/i;
const WEIGHT = /(?:^|;)[ \t]*q[ \t]*=[ \t]*(0(?:\.[0-9]*)?|1(?:\.0*)?)[ \t]*(?:;|$)/i;
const HAS_WEIGHT = /(?:^|;)[ \t]*q[ \t]*=/i;

/** Reads such a header (RFC 9110 §12.4.2), spaces around `=` allowed; members that cannot be read are left out. */
export function readWeighted(header: string): readonly Weighted[] {
  return header.split(',').flatMap((member) => {
    const [, name, parameters = ''] = MEMBER.exec(member) ?? [];
    const weight = weightIn(parameters);
    return name === undefined || weight === undefined ? [] : [{ name: name.toLowerCase(), weight }];
  });
}

function weightIn(parameters: string): number | undefined {
  if (!HAS_WEIGHT.test(parameters)) return 1;
  const text = WEIGHT.exec(parameters)?.[1];
  return text === undefined ? undefined : Number(text);
}

/** What a media type is worth to the caller, and how closely the header names it: 3 itself, 2 its family, 1 every type, 0 not. */
export interface Worth {
  readonly weight: number;
  readonly closeness: 0 | 1 | 2 | 3;
}

/** Rates a media type by the member that names it most closely (RFC 9110 §12.5.1), so that `text/html;q=0` refuses HTML whatever else is there. */
export function worthOf(ranges: readonly Weighted[], type: string): Worth {
  const family = `${type.split('/', 1)[0]}/*`;
  for (const [closeness, name] of [
    [3, type],
    [2, family],
    [1, '*/*'],
  ] as const) {
    const found = ranges.filter((range) => range.name === name);
    if (found.length > 0)
      return { weight: Math.max(...found.map(({ weight }) => weight)), closeness };
  }
  return { weight: 0, closeness: 0 };
}
