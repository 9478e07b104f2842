import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import type { Revocation } from '../../../src/model/revocation.ts';
import { revoked } from '../../../src/validation/rules/revoked.ts';
import { type Differences, digestOf } from '../../fixtures/rule-input.ts';
import type { Row, RuleTable } from './table.ts';

const BY = { reason: 'steals keys', actor: 'alice', time: Date.UTC(2026, 10, 20, 23) };

function of(what: Revocation['what'], differences: Differences = {}): Differences {
  return { ...differences, input: { revocations: [{ what, ...BY }] } };
}

function release(version: string, name = 'numpy'): Revocation['what'] {
  return { kind: 'release', project: parseProjectName(name), version };
}

function refuses(row: {
  readonly revoked: string;
  readonly of: string;
  readonly named?: string;
}): Row {
  const { revoked: version, of: file, named = file } = row;
  return {
    it: `takes a revocation of ${version} to mean ${file}`,
    of: of(release(version), { filename: `numpy-${file}.tar.gz` }),
    says: [
      {
        finding: 'deny revoked/release',
        message: `numpy ${named} was revoked on 2026-11-20 by alice: steals keys`,
      },
    ],
  };
}

export const revokedTable: RuleTable = {
  rule: revoked,
  rows: [
    { it: 'approves what nobody revoked', of: {}, says: [] },
    {
      it: 'refuses revoked bytes, admitted or not',
      of: of({ kind: 'bytes', sha256: digestOf('a') }, { admitted: true }),
      says: [
        {
          finding: 'deny revoked/bytes',
          message: 'numpy 2.4.0 was revoked by its SHA-256 on 2026-11-20 by alice: steals keys',
        },
      ],
    },
    {
      it: 'approves other bytes of the release',
      of: of({ kind: 'bytes', sha256: digestOf('b') }),
      says: [],
    },
    refuses({ revoked: '2.4.0', of: '2.4.0' }),
    refuses({ revoked: '2.4', of: '2.4.0' }),
    refuses({ revoked: 'v2.4.0', of: '2.4.0' }),
    refuses({ revoked: '2.4.0', of: '2.4.0+cu121' }),
    { it: 'approves another version', of: of(release('2.4.1')), says: [] },
    { it: 'approves another local version', of: of(release('2.4.0+cu121')), says: [] },
    { it: 'approves another project', of: of(release('2.4.0', 'numpy-quaternion')), says: [] },
    {
      it: 'refuses what has no version that can be read, because it may be the revoked one',
      of: of(release('1.0'), { filename: 'numpy-2004d.tar.gz' }),
      says: [
        {
          finding: 'deny revoked/release',
          message: 'numpy (numpy-2004d.tar.gz) was revoked on 2026-11-20 by alice: steals keys',
        },
      ],
    },
    {
      it: 'refuses every version where the revoked one cannot be read',
      of: of(release('2004d')),
      says: [
        {
          finding: 'deny revoked/release',
          message: 'numpy 2.4.0 was revoked on 2026-11-20 by alice: steals keys',
        },
      ],
    },
  ],
};
