import { hash } from '../../../src/validation/rules/hash.ts';
import { digestOf, ruleInput } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

const FILENAME = 'numpy-2.4.0-cp312-cp312-manylinux_2_28_x86_64.whl';
const { record, metadata } = ruleInput();
if (record === undefined || metadata === undefined) throw new Error('the builder gives both');
const { sha256: _sha256, ...unhashed } = record;
const mutation = { sha256: digestOf('b'), seen: Date.UTC(2026, 10, 20) };
const CHANGED = [
  `first sha256 ${digestOf('a')}`,
  `later sha256 ${digestOf('b')}, seen 2026-11-20T00:00:00.000Z`,
];

const LISTED_TEXT = {
  path: 'numpy-2.4.0.dist-info/licenses/LICENSE',
  sha256: digestOf('d'),
  match: 'whole',
  expressions: ['BSD-3-Clause'],
} as const;

export const hashTable: RuleTable = {
  rule: hash,
  rows: [
    { it: 'approves one SHA-256 everywhere', of: {}, says: [] },
    {
      it: 'refuses what the index gives no SHA-256 for',
      of: { input: { record: unhashed } },
      says: [
        {
          finding: 'deny hash/missing',
          message: `numpy 2.4.0 has no SHA-256: the index gives none for ${FILENAME}`,
        },
      ],
    },
    {
      it: 'refuses what has no record',
      of: { absent: ['record'] },
      says: [
        {
          finding: 'deny hash/missing',
          message: `numpy 2.4.0 has no SHA-256: the index gives none for ${FILENAME}`,
        },
      ],
    },
    {
      it: 'refuses a file name under which upstream offered other bytes',
      of: { record: { mutation } },
      says: [
        {
          finding: 'deny hash/changed',
          message: `numpy 2.4.0 changed upstream: other bytes are offered as ${FILENAME}`,
          evidence: CHANGED,
        },
      ],
    },
    {
      it: 'keeps the first bytes where they were admitted',
      of: { record: { mutation }, admitted: true },
      says: [
        {
          finding: 'approve hash/changed',
          message: `numpy 2.4.0 changed upstream: other bytes are offered as ${FILENAME}; the first ones were admitted and stay`,
          evidence: CHANGED,
        },
      ],
    },
    {
      it: 'refuses a subject with another SHA-256 than the record, admitted or not',
      of: {
        record: { sha256: digestOf('b') },
        evidence: { sha256: digestOf('b') },
        admitted: true,
      },
      says: [
        {
          finding: 'deny hash/unexpected',
          message: `numpy 2.4.0 has an unexpected SHA-256: ${digestOf('a')}; expected ${digestOf('b')}`,
        },
      ],
    },
    {
      it: 'refuses evidence of other bytes',
      of: { evidence: { sha256: digestOf('c') } },
      says: [
        {
          finding: 'deny hash/unexpected',
          message: `numpy 2.4.0 has an unexpected SHA-256: ${digestOf('c')}; expected ${digestOf('a')}`,
        },
      ],
    },
    {
      it: 'refuses bytes that hold other metadata than was listed',
      of: { input: { listed: { ...metadata, origin: 'sidecar', sha256: digestOf('f') } } },
      says: [
        {
          finding: 'deny hash/metadata-mismatch',
          message: 'numpy 2.4.0 holds other metadata than was listed (from sidecar)',
          evidence: [
            `listed METADATA sha256 ${digestOf('f')}`,
            `METADATA sha256 in the bytes ${digestOf('e')}`,
          ],
        },
      ],
    },
    {
      it: 'refuses bytes that hold another licence text than was listed',
      of: { input: { listed: { ...metadata, origin: 'ranges', licenseTexts: [LISTED_TEXT] } } },
      says: [
        {
          finding: 'deny hash/metadata-mismatch',
          message: `numpy 2.4.0 holds other licence texts than were listed: "${LISTED_TEXT.path}"`,
          evidence: [`listed "${LISTED_TEXT.path}" sha256 ${LISTED_TEXT.sha256}`],
        },
      ],
    },
    {
      it: 'approves bytes that hold the licence text that was listed',
      of: {
        input: { listed: { ...metadata, origin: 'ranges', licenseTexts: [LISTED_TEXT] } },
        evidence: { contents: { licenseTexts: [LISTED_TEXT] } },
      },
      says: [],
    },
    {
      it: 'approves what was never listed before its bytes were verified',
      of: { absent: ['listed'] },
      says: [],
    },
  ],
};
