import type { MarkerVariable } from '../../../src/ecosystems/pypi/markers.ts';

export type Environment = Readonly<Record<MarkerVariable, string>>;

/** Seeded texts in and around the grammars of PEP 440 and PEP 508. */
export interface Texts {
  /** A version, sometimes not quite. */
  readonly version: () => string;
  readonly validVersion: () => string;
  readonly specifiers: () => string;
  /** A version that is, or nearly is, one that the last specifiers or requirement names. */
  readonly versionNear: () => string;
  readonly marker: () => string;
  readonly requirement: () => string;
  readonly environment: () => Environment;
}

const NUMBERS = [
  '0',
  '1',
  '2',
  '3',
  '10',
  '0',
  '1',
  '2',
  '00',
  '01',
  '9007199254740993',
  '9007199254740992',
  '20261125123456789012',
];
const LABELS = ['a', 'b', 'c', 'rc', 'alpha', 'beta', 'pre', 'preview', 'A', 'RC', 'Alpha', 'BETA'];
const SPACES = [
  ' ',
  '\t',
  '\n',
  '\u00a0',
  '\u001c',
  '\u0085',
  '\u3000',
  '\ufeff',
  '\r\n',
  '\u180e',
];
const NOISE = [
  '.',
  '-',
  '_',
  '*',
  '.*',
  '+',
  '!',
  'v',
  'a',
  'rc',
  'dev',
  'post',
  '1',
  '0',
  ',',
  ';',
  '(',
  ')',
  '[',
  ']',
  '@',
  '=',
  '==',
  '===',
  '<',
  '>',
  '~=',
  '"',
  "'",
  '\\',
  'or',
  'and',
  'not',
  'in',
  'é',
  '\u017f',
  '\u212a',
  '\u0661',
  '\u0130',
  ' ',
  '  ',
  '\t',
  '\n',
  '\0',
  'extra',
  ...SPACES,
];
const OPERATORS = ['==', '!=', '<=', '>=', '<', '>', '~=', '==='];
const NAMES = [
  'foo',
  'Foo_Bar',
  'bar_',
  'a',
  '0',
  'A.b-C',
  'foo__bar',
  'x-1.0',
  'Flask',
  'pre',
  'in',
  'or',
];
const EXTRAS = ['x', 'X_y', 'x.Y', 'test', 'x--y', '3d'];
const URLS = [
  'https://index.test/a.whl',
  'file:///a',
  'git+https://x.test/y@main#egg=z',
  'x;y',
  '[',
  'https://x.test/a#sha256=00;python_version',
];
const STRING_VALUES: Readonly<Record<string, readonly string[]>> = {
  os_name: ['posix', 'nt', 'java'],
  sys_platform: ['linux', 'linux2', 'win32', 'darwin'],
  platform_machine: ['x86_64', 'aarch64', 'arm64', 'AMD64', ''],
  platform_python_implementation: ['CPython', 'PyPy'],
  platform_release: ['6.1.0', '5.15.0-91-generic', '10', '23.1.0', ''],
  platform_system: ['Linux', 'Windows', 'Darwin'],
  platform_version: ['#1 SMP', '10.0.19045', '1.0'],
  python_version: ['3.8', '3.11', '3.12', '2.7', '3'],
  python_full_version: ['3.8.0', '3.11.4', '3.12.0rc1', '3.11.10', '3.13.0a2'],
  implementation_name: ['cpython', 'pypy'],
  implementation_version: ['3.11.4', '7.3.13', '3.12.0rc1'],
  extra: ['x', 'x-y', 'test', ''],
};
const SPELLED = [
  ...Object.keys(STRING_VALUES),
  'python_version',
  'python_version',
  'python_full_version',
  'extra',
  'os.name',
  'sys.platform',
  'platform.machine',
  'platform.version',
  'platform.python_implementation',
  'python_implementation',
  'platform.system',
  'extras',
  'dependency_groups',
  'python.version',
];

/** Makes texts that depend on the seed alone. */
export function pepTexts(seed: number): Texts {
  let state = seed;
  let named: readonly { readonly base: string; readonly tail: string }[] = [];

  /** A number from 0 to below 1 (mulberry32). */
  function random(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  function chance(probability: number): boolean {
    return random() < probability;
  }

  function pick<Value>(values: readonly Value[]): Value {
    const [value] = values.slice(Math.floor(random() * values.length));
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }

  function maybe(probability: number, make: () => string): string {
    return chance(probability) ? make() : '';
  }

  function number(): string {
    return chance(0.9) ? pick(NUMBERS.slice(0, 8)) : pick(NUMBERS);
  }

  function separator(): string {
    return pick(['', '', '.', '-', '_']);
  }

  function release(): string {
    return Array.from({ length: pick([1, 1, 2, 2, 2, 3, 4]) }, number).join('.');
  }

  function local(): string {
    const segments = Array.from({ length: pick([1, 1, 2, 3]) }, () =>
      pick(['1', '0', '01', '10', 'abc', 'ab', 'Ubuntu', 'cu121', '1a', '9007199254740993']),
    );
    return `+${segments.join(pick(['.', '-', '_']))}`;
  }

  function publicTail(): string {
    const pre = maybe(
      0.3,
      () => separator() + pick(LABELS) + maybe(0.8, () => separator() + number()),
    );
    const post = maybe(0.25, () =>
      chance(0.3)
        ? `-${number()}`
        : separator() +
          pick(['post', 'rev', 'r', 'POST']) +
          maybe(0.8, () => separator() + number()),
    );
    const dev = maybe(
      0.25,
      () => separator() + pick(['dev', 'DEV']) + maybe(0.8, () => separator() + number()),
    );
    return pre + post + dev;
  }

  function epoch(): string {
    return maybe(0.1, () => `${number()}!`);
  }

  function validVersion(): string {
    return (
      maybe(0.1, () => pick(['v', 'V'])) + epoch() + release() + publicTail() + maybe(0.15, local)
    );
  }

  function padded(text: string): string {
    return maybe(0.1, () => pick(SPACES)) + text + maybe(0.1, () => pick(SPACES));
  }

  /** Usually the text itself, else with something cut, put in, doubled or exchanged. */
  function mutated(text: string, probability: number): string {
    if (!chance(probability)) return text;
    const at = Math.floor(random() * (text.length + 1));
    const end = at + pick([0, 0, 1, 1, 2]);
    return mutated(text.slice(0, at) + maybe(0.7, () => pick(NOISE)) + text.slice(end), 0.3);
  }

  function version(): string {
    return mutated(padded(validVersion()), 0.25);
  }

  function clause(): string {
    const operator = pick(OPERATORS);
    const start = operator + maybe(0.2, () => pick([' ', '  ', ...SPACES]));
    if (operator === '===') {
      return (
        start +
        (chance(0.7) ? validVersion() : pick(['abc', '', '1.x', '3.11', 'X86_64', 'a\u001b[m']))
      );
    }
    const equality = operator === '==' || operator === '!=';
    const base = maybe(0.05, () => 'v') + epoch() + release();
    const tail = equality && chance(0.3) ? '' : publicTail();
    named = [...named, { base, tail }];
    if (tail === '' && equality && chance(0.7)) return `${start}${base}.*`;
    return start + base + tail + maybe(equality ? 0.2 : 0.01, local);
  }

  function versionNear(): string {
    if (named.length === 0 || chance(0.2)) return validVersion();
    const { base, tail } = pick(named);
    const near = base + pick(['', '', '', '.0', '.0.0', '.0.1', '.1']);
    return near + (chance(0.5) ? tail : publicTail()) + maybe(0.25, local);
  }

  function clauses(): string {
    named = [];
    return Array.from({ length: pick([1, 1, 1, 2, 2, 3]) }, clause).join(
      pick([',', ',', ', ', ' ,', ' , ', ',,']),
    );
  }

  function specifiers(): string {
    return mutated(padded(chance(0.03) ? '' : clauses()), 0.2);
  }

  function quoted(text: string): string {
    const quote = text.includes('"') ? "'" : pick(['"', "'"]);
    return quote + text + quote;
  }

  function space(): string {
    return pick(['', ' ', ' ', ' ', '  ', '\t']);
  }

  function comparison(): string {
    const variable = pick(SPELLED);
    const value = chance(0.8)
      ? pick(STRING_VALUES[variable.replace('.', '_')] ?? ['CPython', 'x'])
      : pick([
          '3.*',
          '3.11.*',
          validVersion(),
          'X_Y',
          '3.11, 3.12',
          '=3.8',
          '',
          'a b',
          "'",
          '\\n',
          'a\tb',
          '\u001b[m',
          'é',
        ]);
    const operator = pick([...OPERATORS, '==', '>=', '<', ' in ', ' not in ', ' not \t in ']);
    const sides = chance(0.75) ? [variable, quoted(value)] : [quoted(value), variable];
    if (chance(0.02)) sides[0] = sides[1] ?? '';
    if (chance(0.02)) sides[1] = pick(SPELLED);
    return sides.join(space() + operator + space());
  }

  function marker(depth = 0): string {
    const terms = Array.from({ length: pick([1, 1, 2, 3]) }, () => {
      const term =
        depth < 3 && chance(0.2) ? `(${space()}${marker(depth + 1)}${space()})` : comparison();
      return term + pick(['', ' ', ' ']);
    });
    return terms.reduce((left, right) => `${left} ${pick(['and', 'or'])} ${right}`);
  }

  function extras(): string {
    const names = Array.from({ length: pick([0, 1, 1, 2, 3]) }, () => pick(EXTRAS));
    return `[${space()}${names.join(`${space()},${space()}`)}${space()}]`;
  }

  function requirement(): string {
    const parts = [
      pick(NAMES),
      maybe(0.25, extras),
      pick([
        '',
        clauses(),
        clauses(),
        `(${space()}${clauses()}${space()})`,
        `@${space()}${pick(URLS)}${pick(['', ' ', '  '])}`,
      ]),
      maybe(0.4, () => `;${space()}${marker()}${space()}`),
    ];
    return mutated(maybe(0.1, space) + parts.join(space()), 0.2);
  }

  function environment(): Environment {
    const values = Object.entries(STRING_VALUES).map(([name, choices]) => [name, pick(choices)]);
    return Object.fromEntries(values) as Environment;
  }

  function mutatedMarker(): string {
    return mutated(marker(), 0.15);
  }

  return {
    version,
    validVersion,
    specifiers,
    versionNear,
    marker: mutatedMarker,
    requirement,
    environment,
  };
}
