/** Names of one licence, normalised as `aliases.ts` does and separated by commas, with the SPDX ids that each may mean. */
export type AliasRow = readonly [names: string, ids: string];

interface Family {
  readonly id: 'GPL' | 'LGPL' | 'AGPL';
  readonly names: readonly string[];
  /** Versions as people write them, with what each may mean. */
  readonly numbers: Readonly<Record<string, readonly string[]>>;
  readonly versions: readonly string[];
}

const FAMILIES: readonly Family[] = [
  {
    id: 'GPL',
    names: ['gpl', 'gnu gpl', 'gnu general public', 'general public'],
    numbers: { '1': ['1.0'], '2': ['2.0'], '2.0': ['2.0'], '3': ['3.0'], '3.0': ['3.0'] },
    versions: ['1.0', '2.0', '3.0'],
  },
  {
    id: 'LGPL',
    names: ['lgpl', 'gnu lgpl', 'gnu lesser general public', 'lesser general public'],
    // Version 2.0 was the Library GPL and 2.1 the first Lesser GPL, so "LGPL 2" may mean either.
    numbers: { '2': ['2.0', '2.1'], '2.0': ['2.0'], '2.1': ['2.1'], '3': ['3.0'], '3.0': ['3.0'] },
    versions: ['2.0', '2.1', '3.0'],
  },
  {
    id: 'AGPL',
    names: ['agpl', 'gnu agpl', 'gnu affero general public', 'affero general public'],
    numbers: { '3': ['3.0'], '3.0': ['3.0'] },
    versions: ['1.0', '3.0'],
  },
];

/** The names of the GNU licences: without a version any of them, without "only" or "or later" both. */
export const GNU_ALIASES: readonly AliasRow[] = FAMILIES.flatMap((family) => [
  unversionedRow(family),
  ...Object.entries(family.numbers).flatMap(([number, versions]) =>
    versionedRows(family, number, versions),
  ),
]);

function unversionedRow({ id, names, versions }: Family): AliasRow {
  const acronym = id.toLowerCase();
  const spelled = names.filter((name) => !name.endsWith(acronym));
  const all = [...names, ...spelled.map((name) => `${name} ${acronym}`)];
  return [all.join(', '), idsOf(id, versions, ['only', 'or-later'])];
}

function versionedRows(
  { id, names }: Family,
  number: string,
  versions: readonly string[],
): readonly AliasRow[] {
  const acronym = id.toLowerCase();
  const numbered = names.flatMap((name) =>
    name.endsWith(acronym)
      ? [`${name} ${number}`, `${name}${number}`, `${name}v${number}`]
      : [`${name} ${number}`, `${name} ${number} ${acronym}v${number}`],
  );
  const later = numbered.flatMap((name) => [
    `${name}+`,
    `${name} or later`,
    `${name} or any later`,
    `${name} or newer`,
    `${name} or later ${acronym}v${number}+`,
  ]);
  return [
    [numbered.join(', '), idsOf(id, versions, ['only', 'or-later'])],
    [later.join(', '), idsOf(id, versions, ['or-later'])],
    [numbered.map((name) => `${name} only`).join(', '), idsOf(id, versions, ['only'])],
  ];
}

function idsOf(id: string, versions: readonly string[], reaches: readonly string[]): string {
  return versions
    .flatMap((version) => reaches.map((reach) => `${id}-${version}-${reach}`))
    .join(' ');
}
