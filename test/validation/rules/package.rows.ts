import { packageRule } from '../../../src/validation/rules/package.ts';
import type { RuleTable } from './table.ts';

const UNREADABLE = 'numpy-2004d-py3-none-any.whl';
const OLD_DENIED =
  '{ allow: [numpy], deny: [{ name: numpy, versions: "<2", reason: it is too old }] }';
const SOURCES =
  '{ pypi: { kind: pypi, claims: [acme-open] }, internal: { kind: pypi, claims: ["acme-*"] } }';

export const packageTable: RuleTable = {
  rule: packageRule,
  rows: [
    {
      it: 'approves a project that has an entry',
      of: { policy: { dependencies: '{ closure: listed }' } },
      says: [],
    },
    {
      it: 'refuses a project without an entry where each must have one',
      of: {
        project: 'six',
        filename: 'six-1.17.0-py2.py3-none-any.whl',
        policy: { dependencies: '{ closure: listed }' },
      },
      says: [
        {
          finding: 'deny package/not-listed',
          message:
            'six 1.17.0 is not listed: packages.allow has no entry for six, and dependencies.closure is listed',
          line: 'dependencies: { closure: listed }',
        },
      ],
    },
    {
      it: 'leaves a project without an entry to the closure where that follows',
      of: {
        project: 'six',
        filename: 'six-1.17.0-py2.py3-none-any.whl',
        policy: { dependencies: '{ closure: follow }' },
      },
      says: [],
    },
    {
      it: 'refuses a denied project, entry or not, and says what to use',
      of: {
        policy: {
          packages:
            '{ allow: [numpy], deny: [{ name: numpy, reason: it is abandoned, instead: jax }] }',
        },
      },
      says: [
        {
          finding: 'deny package/denied',
          message:
            'numpy 2.4.0 is denied, use jax instead: it is abandoned (packages.deny has numpy)',
          line: 'packages: { allow: [numpy], deny: [{ name: numpy, reason: it is abandoned, instead: jax }] }',
        },
      ],
    },
    {
      it: 'approves a version that a denial does not mean',
      of: { policy: { packages: OLD_DENIED } },
      says: [],
    },
    {
      it: 'refuses a version that a denial means',
      of: {
        filename: 'numpy-1.26.4-cp312-cp312-manylinux_2_28_x86_64.whl',
        policy: { packages: OLD_DENIED },
      },
      says: [
        {
          finding: 'deny package/denied',
          message: 'numpy 1.26.4 is denied: it is too old (packages.deny has numpy <2)',
          line: `packages: ${OLD_DENIED}`,
        },
      ],
    },
    {
      it: 'refuses a version that cannot be read, because the denial may mean it',
      of: { filename: UNREADABLE, policy: { packages: OLD_DENIED } },
      says: [
        {
          finding: 'deny package/denied',
          message: `numpy (${UNREADABLE}) is denied: it is too old (packages.deny has numpy <2)`,
          line: `packages: ${OLD_DENIED}`,
        },
      ],
    },
    {
      it: 'refuses a name that another source claims',
      of: {
        project: 'acme-models',
        filename: 'acme_models-1.0-py3-none-any.whl',
        policy: { sources: SOURCES, dependencies: '{ closure: follow }' },
      },
      says: [
        {
          finding: 'deny package/claimed',
          message: 'acme-models 1.0 is from the source pypi, but the source internal claims acme-*',
          line: `sources: ${SOURCES}`,
        },
      ],
    },
    {
      it: 'approves a claimed name from its claimant',
      of: {
        source: 'internal',
        project: 'acme-models',
        filename: 'acme_models-1.0-py3-none-any.whl',
        policy: { sources: SOURCES, dependencies: '{ closure: follow }' },
      },
      says: [],
    },
    {
      it: 'lets the longer of two claims decide',
      of: {
        source: 'internal',
        project: 'acme-open',
        filename: 'acme_open-1.0-py3-none-any.whl',
        policy: { sources: SOURCES, dependencies: '{ closure: follow }' },
      },
      says: [
        {
          finding: 'deny package/claimed',
          message:
            'acme-open 1.0 is from the source internal, but the source pypi claims acme-open',
          line: `sources: ${SOURCES}`,
        },
      ],
    },
    {
      it: 'refuses what comes from a source that the policy does not name',
      of: { source: 'elsewhere', policy: { sources: SOURCES } },
      says: [
        {
          finding: 'deny package/unknown-source',
          message:
            'numpy 2.4.0 is from the source elsewhere, which the policy does not name; sources: pypi, internal',
        },
      ],
    },
  ],
};
