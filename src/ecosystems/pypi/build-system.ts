import { parse } from 'smol-toml';

import { GatehouseError } from '../../model/errors.ts';
import { isTable, type Table, tableOf, textOf } from './lock-tables.ts';

/** What an installer runs to make a wheel of sources (PEP 517, PEP 518). */
export interface BuildSystem {
  /** As `build-backend` names it. */
  readonly backend: string;
  /** Folders of the sources from which the backend is imported; none: it is one of `requires`. */
  readonly backendPath: readonly string[];
  /** Requirements that are installed before, as written. */
  readonly requires: readonly string[];
}

/** What is used where `pyproject.toml` names no backend, or is missing; it runs `setup.py`. */
export const LEGACY_BUILD: BuildSystem = {
  backend: 'setuptools.build_meta:__legacy__',
  backendPath: [],
  requires: ['setuptools >= 40.8.0'],
};

/** Reads the `build-system` table of a `pyproject.toml`; throws `invalid-metadata`. */
export function parseBuildSystem(bytes: Uint8Array): BuildSystem {
  const table = tableOf(parseToml(bytes), 'build-system');
  if (table === undefined) return LEGACY_BUILD;
  return {
    backend: textOf(table, 'build-backend') ?? LEGACY_BUILD.backend,
    backendPath: textList(table, 'backend-path'),
    requires: textList(table, 'requires'),
  };
}

function parseToml(bytes: Uint8Array): Table {
  try {
    const parsed: unknown = parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isTable(parsed)) return parsed;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : 'unreadable').split('\n', 1);
    throw refuse(`${reason}`, error);
  }
  throw refuse('no table');
}

function textList(table: Table, key: string): readonly string[] {
  const value = table[key] ?? [];
  if (!Array.isArray(value)) throw refuse(`build-system.${key} is no list`);
  const texts = value.filter((item) => typeof item === 'string');
  if (texts.length !== value.length) throw refuse(`build-system.${key} is no list of texts`);
  return texts;
}

function refuse(problem: string, cause?: unknown): GatehouseError {
  return new GatehouseError('invalid-metadata', `pyproject.toml: ${problem}`, { cause });
}
