import { age } from '../../../src/validation/rules/age.ts';
import type { Differences } from '../../fixtures/rule-input.ts';
import type { Row, RuleTable } from './table.ts';

function uploaded(uploadTime: string, versions = '{ min-age: 7d }'): Differences {
  return { record: { uploadTime }, policy: { versions } };
}

function refusesUnreadable(uploadTime: string): Row {
  return {
    it: `refuses the upload time ${uploadTime}`,
    of: uploaded(uploadTime),
    says: [
      {
        finding: 'deny age/unknown',
        message:
          'numpy 2.4.0 has no known age: the index gives no upload time, and versions.min-age is 7 days',
        line: 'versions: { min-age: 7d }',
      },
    ],
  };
}

// Now is 2026-11-26 12:00 UTC.
export const ageTable: RuleTable = {
  rule: age,
  rows: [
    {
      it: 'refuses what is too young and says when it is ready',
      of: uploaded('2026-11-21T14:30:10.500Z'),
      says: [
        {
          finding: 'deny age/too-young',
          message:
            'numpy 2.4.0 is too young: ready 2026-11-28 14:31 UTC, 7 days after its upload (versions.min-age)',
          line: 'versions: { min-age: 7d }',
          until: '2026-11-28T14:30:10.500Z',
          evidence: ['uploaded 2026-11-21T14:30:10.500Z'],
        },
      ],
    },
    {
      it: 'takes the age that the source has of its own',
      of: {
        record: { uploadTime: '2026-11-25T14:30:10.500Z' },
        policy: {
          sources: '{ pypi: { kind: pypi, min-age: 2d }, other: { kind: pypi, min-age: 0d } }',
          versions: '{ min-age: 7d }',
        },
      },
      says: [
        {
          finding: 'deny age/too-young',
          message:
            'numpy 2.4.0 is too young: ready 2026-11-27 14:31 UTC, 2 days after its upload (sources.pypi.min-age)',
          line: 'sources: { pypi: { kind: pypi, min-age: 2d }, other: { kind: pypi, min-age: 0d } }',
          until: '2026-11-27T14:30:10.500Z',
          evidence: ['uploaded 2026-11-25T14:30:10.500Z'],
        },
      ],
    },
    {
      it: 'asks nothing of a source whose artifacts need no age',
      of: {
        source: 'other',
        record: { uploadTime: '2026-11-26T11:30:00Z' },
        policy: {
          sources: '{ pypi: { kind: pypi }, other: { kind: pypi, min-age: 0d } }',
          versions: '{ min-age: 7d }',
        },
      },
      says: [],
    },
    {
      it: 'counts hours where the policy does',
      of: uploaded('2026-11-26T11:30:00Z', '{ min-age: 1h }'),
      says: [
        {
          finding: 'deny age/too-young',
          message:
            'numpy 2.4.0 is too young: ready 2026-11-26 12:30 UTC, 1 hour after its upload (versions.min-age)',
          line: 'versions: { min-age: 1h }',
          until: '2026-11-26T12:30:00.000Z',
          evidence: ['uploaded 2026-11-26T11:30:00Z'],
        },
      ],
    },
    { it: 'approves at the very instant', of: uploaded('2026-11-19T12:00:00Z'), says: [] },
    {
      it: 'refuses a second before',
      of: uploaded('2026-11-25T12:00:01Z', '{ min-age: 1d }'),
      says: [
        {
          finding: 'deny age/too-young',
          message:
            'numpy 2.4.0 is too young: ready 2026-11-26 12:01 UTC, 1 day after its upload (versions.min-age)',
          line: 'versions: { min-age: 1d }',
          until: '2026-11-26T12:00:01.000Z',
          evidence: ['uploaded 2026-11-25T12:00:01Z'],
        },
      ],
    },
    {
      it: 'takes an upload time of tomorrow for a clock that is wrong',
      of: uploaded('2026-11-27T12:00:00Z'),
      says: [
        {
          finding: 'deny age/too-young',
          message:
            'numpy 2.4.0 is too young: ready 2026-12-04 12:00 UTC, 7 days after its upload (versions.min-age)',
          line: 'versions: { min-age: 7d }',
          until: '2026-12-04T12:00:00.000Z',
          evidence: ['uploaded 2026-11-27T12:00:00Z'],
        },
      ],
    },
    {
      it: 'does not believe a later one',
      of: uploaded('2027-03-01T00:00:00Z'),
      says: [
        {
          finding: 'deny age/future',
          message: 'numpy 2.4.0 has an upload time in the future: 2027-03-01 00:00 UTC',
          line: 'versions: { min-age: 7d }',
          until: '2027-02-28T00:00:00.000Z',
          evidence: ['uploaded 2027-03-01T00:00:00Z'],
        },
      ],
    },
    ...[
      '',
      '2026-11-01',
      'Nov 1 2026',
      '2026-02-30T00:00:00Z',
      '2026-11-01T08:15:20+00:00',
      '1761984920',
    ].map(refusesUnreadable),
    {
      it: 'refuses what has no record',
      of: { absent: ['record'], policy: { versions: '{ min-age: 12h }' } },
      says: [
        {
          finding: 'deny age/unknown',
          message:
            'numpy 2.4.0 has no known age: the index gives no upload time, and versions.min-age is 12 hours',
          line: 'versions: { min-age: 12h }',
        },
      ],
    },
    {
      it: 'asks for nothing where the policy has no cooldown',
      of: { absent: ['record'], policy: { versions: '{ min-age: 0d }' } },
      says: [],
    },
  ],
};
