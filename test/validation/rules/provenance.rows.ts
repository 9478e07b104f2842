import { provenance } from '../../../src/validation/rules/provenance.ts';
import type { RuleTable } from './table.ts';

const RELEASE = 'github:numpy/numpy/.github/workflows/release.yml';
const OTHER = 'github:evil/numpy/.github/workflows/release.yml';
const OFFERED = { provenance: 'https://index.test/integrity/numpy' };

function verified(...ids: readonly string[]) {
  return {
    kind: 'verified' as const,
    attestations: ids.map((id) => ({
      predicateType: 'publish',
      publisher: { kind: 'GitHub' as const, id },
    })),
  };
}

function after(publisher: string, admitted = false) {
  return { admitted, published: { version: '2.3.0', publishers: [publisher] } };
}

function attestations(text: string) {
  return { integrity: `{ attestations: { ${text} } }` };
}

const REQUIRED = attestations('require: [{ packages: [num*] }]');
const NAMED = attestations(`require: [{ packages: [numpy], publishers: ["${RELEASE}"] }]`);
const DOWNGRADE = `numpy 2.4.0 has no attestation, and 2.3.0 has one of ${RELEASE}`;
const CHANGED = `numpy 2.4.0 is published by ${OTHER}; 2.3.0 by ${RELEASE}`;

export const provenanceTable: RuleTable = {
  rule: provenance,
  rows: [
    { it: 'says nothing where upstream offers no attestation and never did', of: {}, says: [] },
    {
      it: 'says nothing about the first one',
      of: { record: OFFERED, input: { provenance: verified(RELEASE) } },
      says: [],
    },
    {
      it: 'says nothing about one of the same publisher as before',
      of: {
        record: OFFERED,
        input: { provenance: verified(RELEASE, RELEASE), history: after(RELEASE) },
      },
      says: [],
    },
    {
      it: 'refuses one that is wrong',
      of: {
        record: OFFERED,
        input: { provenance: { kind: 'refused', reason: 'subject', message: 'other bytes' } },
      },
      says: [
        {
          finding: 'deny provenance/invalid',
          message: 'numpy 2.4.0 has an attestation that is refused: "other bytes"',
          evidence: ['reason: subject'],
        },
      ],
    },
    {
      it: 'refuses one that is wrong though it was admitted',
      of: {
        input: {
          provenance: { kind: 'refused', reason: 'signature', message: 'bad' },
          history: { admitted: true },
        },
      },
      says: [
        {
          finding: 'deny provenance/invalid',
          message: 'numpy 2.4.0 has an attestation that is refused: "bad"',
          evidence: ['reason: signature'],
        },
      ],
    },
    {
      it: 'refuses one that could not be had',
      of: { record: OFFERED },
      says: [
        {
          finding: 'deny provenance/unknown',
          message: 'numpy 2.4.0 may have an attestation, which nobody has verified',
        },
      ],
    },
    {
      it: 'only reports that upstream offers one since it was admitted',
      of: { record: OFFERED, admitted: true },
      says: [
        {
          finding: 'approve provenance/unknown',
          message: 'numpy 2.4.0 may have an attestation, which nobody has verified',
        },
      ],
    },
    {
      it: 'refuses what has none where an earlier release has',
      of: { input: { history: after(RELEASE) } },
      says: [{ finding: 'deny provenance/downgrade', message: DOWNGRADE, line: 'version: 1' }],
    },
    {
      it: 'asks a person about it where the policy says so',
      of: { policy: attestations('downgrade: review'), input: { history: after(RELEASE) } },
      says: [
        {
          finding: 'review provenance/downgrade',
          message: DOWNGRADE,
          line: 'integrity: { attestations: { downgrade: review } }',
        },
      ],
    },
    {
      it: 'takes nothing away that was admitted before the earlier release was',
      of: { input: { history: after(RELEASE, true) } },
      says: [{ finding: 'approve provenance/downgrade', message: DOWNGRADE, line: 'version: 1' }],
    },
    {
      it: 'asks a person about another publisher',
      of: {
        record: OFFERED,
        input: { provenance: verified(OTHER), history: after(RELEASE) },
      },
      says: [
        { finding: 'review provenance/publisher-changed', message: CHANGED, line: 'version: 1' },
      ],
    },
    {
      it: 'asks a person about another publisher beside the one of before',
      of: { input: { provenance: verified(RELEASE, OTHER), history: after(RELEASE) } },
      says: [
        {
          finding: 'review provenance/publisher-changed',
          message: `numpy 2.4.0 is published by ${RELEASE}, ${OTHER}; 2.3.0 by ${RELEASE}`,
          line: 'version: 1',
        },
      ],
    },
    {
      it: 'only reports another publisher where the policy allows it',
      of: {
        policy: attestations('publisher-change: allow'),
        input: { provenance: verified(OTHER), history: after(RELEASE) },
      },
      says: [
        {
          finding: 'approve provenance/publisher-changed',
          message: CHANGED,
          line: 'integrity: { attestations: { publisher-change: allow } }',
        },
      ],
    },
    {
      it: 'refuses what has none where the policy requires one',
      of: { policy: REQUIRED },
      says: [
        {
          finding: 'deny provenance/missing',
          message: 'numpy 2.4.0 has no attestation, and the policy requires one',
          line: `integrity: ${REQUIRED.integrity}`,
        },
      ],
    },
    {
      it: 'requires nothing of other projects',
      of: { policy: attestations('require: [{ packages: [scipy] }]') },
      says: [],
    },
    {
      it: 'approves one of any publisher where the policy names none',
      of: { policy: REQUIRED, input: { provenance: verified(OTHER) } },
      says: [],
    },
    {
      it: 'refuses one of a publisher that the policy does not name',
      of: { policy: NAMED, input: { provenance: verified(OTHER) } },
      says: [
        {
          finding: 'deny provenance/wrong-publisher',
          message: `numpy 2.4.0 is published by ${OTHER}; the policy wants ${RELEASE}`,
          line: `integrity: ${NAMED.integrity}`,
        },
      ],
    },
    {
      it: 'approves a new publisher that the policy names',
      of: {
        policy: NAMED,
        input: { provenance: verified(RELEASE), history: after(OTHER) },
      },
      says: [],
    },
    {
      it: 'looks at none where the policy says so',
      of: {
        policy: attestations('default: off'),
        record: OFFERED,
        input: { history: after(RELEASE) },
      },
      says: [],
    },
    {
      it: 'looks at one that is required all the same',
      of: {
        policy: attestations('default: off, require: [{ packages: [numpy] }]'),
        record: OFFERED,
      },
      says: [
        {
          finding: 'deny provenance/unknown',
          message: 'numpy 2.4.0 may have an attestation, which nobody has verified',
        },
      ],
    },
    {
      it: 'refuses where nobody knows what upstream offers',
      of: { absent: ['record'] },
      says: [
        {
          finding: 'deny provenance/unknown',
          message: 'numpy 2.4.0 may have an attestation, which nobody has verified',
        },
      ],
    },
  ],
};
