import { ageTable } from './age.rows.ts';
import { archiveTable } from './archive.rows.ts';
import { buildTable } from './build.rows.ts';
import { bundledTable } from './bundled.rows.ts';
import { condaContentTables } from './conda-contents.rows.ts';
import { condaTables } from './conda.rows.ts';
import { dependencyTable } from './dependency.rows.ts';
import { driftTable } from './drift.rows.ts';
import { executableTable } from './executable.rows.ts';
import { formatTable } from './format.rows.ts';
import { hashTable } from './hash.rows.ts';
import { layoutTable } from './layout.rows.ts';
import { metadataTable } from './metadata.rows.ts';
import { moduleTable } from './module.rows.ts';
import { notebookTable } from './notebook.rows.ts';
import { obfuscationTable } from './obfuscation.rows.ts';
import { packageTable } from './package.rows.ts';
import { pickleTable } from './pickle.rows.ts';
import { prereleaseTable } from './prerelease.rows.ts';
import { provenanceTable } from './provenance.rows.ts';
import { recordFileTable } from './record-file.rows.ts';
import { recordTable } from './record.rows.ts';
import { revokedTable } from './revoked.rows.ts';
import { secretTable } from './secret.rows.ts';
import { startupTable } from './startup.rows.ts';
import { statusTable } from './status.rows.ts';
import type { RuleTable } from './table.ts';
import { targetTable } from './target.rows.ts';
import { trialTable } from './trial.rows.ts';
import { versionTable } from './version.rows.ts';
import { yankedTable } from './yanked.rows.ts';

/** A table for each rule but `license`, whose rows are in its own test. */
const WHEEL_TABLES: readonly RuleTable[] = [
  revokedTable,
  packageTable,
  versionTable,
  statusTable,
  hashTable,
  recordTable,
  yankedTable,
  prereleaseTable,
  formatTable,
  ageTable,
  targetTable,
  archiveTable,
  metadataTable,
  recordFileTable,
  buildTable,
  provenanceTable,
  layoutTable,
  moduleTable,
  startupTable,
  notebookTable,
  trialTable,
  executableTable,
  pickleTable,
  secretTable,
  obfuscationTable,
  driftTable,
  dependencyTable,
  bundledTable,
];

const CONDA_TABLES: readonly RuleTable[] = [...condaTables, ...condaContentTables];
const CONDA_ONLY = CONDA_TABLES.filter(({ rule }) =>
  WHEEL_TABLES.every((table) => table.rule !== rule),
);

/** Of each rule all rows: those of wheels, and those of conda packages. */
export const TABLES: readonly RuleTable[] = [...WHEEL_TABLES, ...CONDA_ONLY].map(
  ({ rule, rows }) => ({
    rule,
    rows: [
      ...rows,
      ...CONDA_TABLES.filter((table) => table.rule === rule && table.rows !== rows).flatMap(
        (table) => table.rows,
      ),
    ],
  }),
);
