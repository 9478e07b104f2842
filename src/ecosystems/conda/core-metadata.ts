import type { CoreMetadata } from '../../model/evidence.ts';
import { type CondaRecord, findCondaRecord } from './records.ts';

/**
 * What a record of repodata says, in the words of core metadata, so that the same rules read it: `depends` stands for
 * Requires-Dist, the licence for the License field, which conda's own guidelines ask to be an SPDX expression.
 */
export function condaMetadata(record: CondaRecord): CoreMetadata {
  const { name, version, build, buildNumber, depends, constrains, license } = record;
  return {
    metadataVersion: 'conda',
    name,
    version,
    requiresDist: depends,
    providesExtra: Object.keys(record.extraDepends ?? {}),
    ...(license === undefined ? {} : { license: license.slice(0, LONGEST_LICENSE) }),
    licenseIsLong: (license?.length ?? 0) > LONGEST_LICENSE,
    licenseFiles: [],
    licenseClassifiers: [],
    dynamic: [],
    conda: {
      build,
      buildNumber,
      constrains,
      ...(record.subdir === undefined ? {} : { subdir: record.subdir }),
      ...(record.noarch === undefined ? {} : { noarch: record.noarch }),
      ...(record.extraDepends === undefined ? {} : { extraDepends: record.extraDepends }),
    },
  };
}

/** Reads the text of a record; absent: it is none. */
export function findRecordMetadata(text: string): CoreMetadata | undefined {
  const record = findCondaRecord(tryJson(text));
  return record && condaMetadata(record);
}

const LONGEST_LICENSE = 4096;

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
