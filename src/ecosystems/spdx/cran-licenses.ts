import { findAliasCandidates } from './aliases.ts';
import { combineCandidates } from './combine.ts';
import { type License, type LicenseExpression, parseLicense } from './expression.ts';

type Versions = Readonly<Record<string, string>>;

// Names that take a version, with the SPDX identifier of each: "GPL (>= 2)", "Apache License (== 2.0)".
const VERSIONED: Readonly<Record<string, Versions>> = {
  gpl: { '1': 'GPL-1.0', '2': 'GPL-2.0', '3': 'GPL-3.0' },
  // R's LGPL 2 is the Library GPL.
  lgpl: { '2': 'LGPL-2.0', '2.1': 'LGPL-2.1', '3': 'LGPL-3.0' },
  agpl: { '3': 'AGPL-3.0' },
  'gnu general public license': { '1': 'GPL-1.0', '2': 'GPL-2.0', '3': 'GPL-3.0' },
  'gnu lesser general public license': { '2.1': 'LGPL-2.1', '3': 'LGPL-3.0' },
  'gnu affero general public license': { '3': 'AGPL-3.0' },
  'artistic license': { '2': 'Artistic-2.0' },
  'apache license': { '1.1': 'Apache-1.1', '2': 'Apache-2.0' },
  'mozilla public license': { '1': 'MPL-1.0', '1.1': 'MPL-1.1', '2': 'MPL-2.0' },
  mpl: { '1': 'MPL-1.0', '1.1': 'MPL-1.1', '2': 'MPL-2.0' },
  eupl: { '1.1': 'EUPL-1.1', '1.2': 'EUPL-1.2' },
};

// Names that have their version in them, and mean this version alone.
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  'gpl-2': 'GPL-2.0-only',
  'gpl-3': 'GPL-3.0-only',
  'lgpl-2': 'LGPL-2.0-only',
  'lgpl-2.1': 'LGPL-2.1-only',
  'lgpl-3': 'LGPL-3.0-only',
  'agpl-3': 'AGPL-3.0-only',
  'apache license 2.0': 'Apache-2.0',
  'artistic-2.0': 'Artistic-2.0',
  'mpl-1.1': 'MPL-1.1',
  'mpl-2.0': 'MPL-2.0',
  cc0: 'CC0-1.0',
  mit: 'MIT',
  'mit license': 'MIT',
  bsd_2_clause: 'BSD-2-Clause',
  bsd_3_clause: 'BSD-3-Clause',
  // No restrictions but those of the law. SPDX has no identifier for it, so a policy may list this one.
  unlimited: 'LicenseRef-Unlimited',
};

// Templates: their file has only the year and the holders. That of any other licence adds terms.
const TEMPLATES: ReadonlySet<string> = new Set(['MIT', 'BSD-2-Clause', 'BSD-3-Clause']);

/** Stands for what only a file tells, where one may choose another licence instead. */
const OF_FILE = parseLicense('LicenseRef-file-LICENSE');

const LONGEST = 200;
const FILE = /^file\s+licen[cs]e$/i;
// R wants parentheses around a version; channels leave them away.
const PARENTHESES = /\((\s*[>=]+\s*[0-9.]+\s*)\)/;
const COMPONENT =
  /^(?<name>[a-z][a-z0-9_.-]*(?: [a-z0-9.]+)*)(?: ?(?<operator>>=|==?) ?(?<version>[0-9]+(?:\.[0-9]+)?))?(?<file> ?\+ ?file licen[cs]e)?$/;

/**
 * What a text means in the grammar of R packages ("Writing R Extensions", 1.1.2): `|` lets one choose, `(>= 2)` is or
 * later, `+ file LICENSE` adds what the file says. Absent: it is nothing that only this grammar has, or has a part
 * that is not known.
 */
export function findCranCandidates(text: string): readonly LicenseExpression[] | undefined {
  if (text.length > LONGEST) return undefined;
  const parts = text.split('|').map((part) => part.trim());
  const [first = ''] = parts;
  if (parts.length === 1 && !/^unlimited$|[=+]/i.test(first)) return undefined;
  if (parts.every((part) => FILE.test(part))) return undefined;
  const known = parts
    .map((part) => (FILE.test(part) ? [OF_FILE] : findComponent(part)))
    .filter((candidates) => candidates !== undefined);
  return known.length < parts.length ? undefined : combineCandidates(known, ['or']);
}

function findComponent(text: string): readonly License[] | undefined {
  const written = text.toLowerCase().replace(PARENTHESES, ' $1 ').replace(/\s+/g, ' ').trim();
  const { name = '', operator, version, file } = COMPONENT.exec(written)?.groups ?? {};
  const candidates =
    version === undefined
      ? findNamed(name)
      : findVersion(name, { number: version, isLater: operator === '>=' });
  if (file === undefined) return candidates;
  return candidates?.every(({ id }) => TEMPLATES.has(id)) ? candidates : undefined;
}

function findNamed(name: string): readonly License[] | undefined {
  if (Object.hasOwn(VERSIONED, name)) return findAliasCandidates(name);
  const id = Object.hasOwn(ABBREVIATIONS, name) ? ABBREVIATIONS[name] : undefined;
  return id === undefined ? undefined : [parseLicense(id)];
}

function findVersion(
  name: string,
  { number, isLater }: { readonly number: string; readonly isLater: boolean },
): readonly License[] | undefined {
  const versions = Object.hasOwn(VERSIONED, name) ? VERSIONED[name] : undefined;
  const id = versions?.[number.replace(/\.0$/, '')];
  return id === undefined ? undefined : [parseLicense(isLater ? `${id}+` : id)];
}
