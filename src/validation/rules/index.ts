import { age } from './age.ts';
import { archive } from './archive.ts';
import { build } from './build.ts';
import { bundled } from './bundled.ts';
import { condaRecord } from './conda-record.ts';
import { condaScripts } from './conda-scripts.ts';
import { dependency } from './dependency.ts';
import { drift } from './drift.ts';
import { executable } from './executable.ts';
import { format } from './format.ts';
import { hash } from './hash.ts';
import { layout } from './layout.ts';
import { license } from './license.ts';
import { metadata } from './metadata.ts';
import { moduleRule } from './module.ts';
import { notebook } from './notebook.ts';
import { obfuscation } from './obfuscation.ts';
import { packageRule } from './package.ts';
import { pickle } from './pickle.ts';
import { prerelease } from './prerelease.ts';
import { provenance } from './provenance.ts';
import { recordFile } from './record-file.ts';
import { record } from './record.ts';
import { revoked } from './revoked.ts';
import type { Rule } from './rule.ts';
import { secret } from './secret.ts';
import { startup } from './startup.ts';
import { status } from './status.ts';
import { target } from './target.ts';
import { trial } from './trial.ts';
import { version } from './version.ts';
import { yanked } from './yanked.ts';

/** Every rule. Their order decides nothing but the order of findings: the weightiest reason stands first. */
export const RULES: readonly Rule[] = [
  revoked,
  packageRule,
  version,
  status,
  hash,
  record,
  yanked,
  prerelease,
  format,
  age,
  target,
  archive,
  metadata,
  condaRecord,
  recordFile,
  build,
  provenance,
  layout,
  moduleRule,
  startup,
  notebook,
  condaScripts,
  executable,
  pickle,
  secret,
  obfuscation,
  drift,
  trial,
  dependency,
  license,
  bundled,
];
