/** A table of TOML, or an object of JSON. */
export type Table = Readonly<Record<string, unknown>>;

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The table under a key; absent: there is none, or it is no table. */
export function tableOf(table: Table | undefined, key: string): Table | undefined {
  const value = table?.[key];
  return isTable(value) ? value : undefined;
}

/** The tables of the list under a key. */
export function tablesOf(table: Table, key: string): readonly Table[] {
  const value = table[key];
  return Array.isArray(value) ? value.filter(isTable) : [];
}

/** The text under a key; absent: there is none, or it is no text. */
export function textOf(table: Table | undefined, key: string): string | undefined {
  const value = table?.[key];
  return typeof value === 'string' ? value : undefined;
}

/** The texts under a key, of a list or of one. */
export function textsOf(table: Table | undefined, key: string): readonly string[] {
  const value = table?.[key];
  return [value].flat().filter((item) => typeof item === 'string');
}
