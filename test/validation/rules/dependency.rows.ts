import { dependency } from '../../../src/validation/rules/dependency.ts';
import type { RuleTable } from './table.ts';

const URL = 'tool @ https://files.test/tool-1.0-py3-none-any.whl';
const EXTRA_URL = `${URL} ; extra == "dev"`;

const SDIST = { filename: 'numpy-2.4.0.tar.gz' };

export const dependencyTable: RuleTable = {
  rule: dependency,
  rows: [
    { it: 'approves what needs nothing', of: {}, says: [] },
    {
      it: 'approves requirements that name versions',
      of: {
        metadata: {
          requiresDist: ['six', 'python-dateutil>=2.8.2', 'tzdata (>=2022.7) ; os_name == "nt"'],
        },
      },
      says: [],
    },
    {
      it: 'refuses direct URLs, those of extras too',
      of: {
        metadata: { requiresDist: ['six', URL, EXTRA_URL] },
        policy: { dependencies: '{ direct-urls: deny }' },
      },
      says: [
        {
          finding: 'deny dependency/direct-url',
          message: `numpy 2.4.0 needs a direct URL: "${URL}" and 1 more; dependencies.direct-urls is deny`,
          line: 'dependencies: { direct-urls: deny }',
          evidence: [`Requires-Dist: "${URL}"`, `Requires-Dist: ${JSON.stringify(EXTRA_URL)}`],
        },
      ],
    },
    {
      it: 'approves direct URLs where the policy allows them',
      of: { metadata: { requiresDist: [URL] }, policy: { dependencies: '{ direct-urls: allow }' } },
      says: [],
    },
    {
      it: 'refuses a line that is not a requirement',
      of: { metadata: { requiresDist: ['six', 'pandas >= 2.0 or so'] } },
      says: [
        {
          finding: 'deny dependency/invalid',
          message: 'numpy 2.4.0 has a requirement that cannot be read: "pandas >= 2.0 or so"',
          evidence: ['Requires-Dist: "pandas >= 2.0 or so"'],
        },
      ],
    },
    {
      it: 'shows of a long and of many lines only so much',
      of: { metadata: { requiresDist: Array.from({ length: 30 }, () => '?'.repeat(1000)) } },
      says: [
        {
          finding: 'deny dependency/invalid',
          message: `numpy 2.4.0 has a requirement that cannot be read: "${'?'.repeat(120)}..." and 29 more`,
          evidence: Array.from({ length: 20 }, () => `Requires-Dist: "${'?'.repeat(120)}..."`),
        },
      ],
    },
    {
      it: 'approves a source distribution whose requirements are settled',
      of: {
        ...SDIST,
        metadata: { metadataVersion: '2.2', dynamic: ['Description', 'license-file'] },
      },
      says: [],
    },
    ...['Requires-Dist', 'requires-python', 'Provides-Extra'].map((field) => ({
      it: `refuses a source distribution whose ${field} its build makes up`,
      of: { ...SDIST, metadata: { dynamic: [field] } },
      says: [
        {
          finding: 'deny dependency/dynamic',
          message: `numpy 2.4.0 has unknown requirements, because it is not built here: "${field}" in its metadata is dynamic`,
        },
      ],
    })),
    ...['1.2', '2.1'].map((metadataVersion) => ({
      it: `refuses a source distribution with metadata of version ${metadataVersion}`,
      of: { ...SDIST, metadata: { metadataVersion } },
      says: [
        {
          finding: 'deny dependency/dynamic',
          message: `numpy 2.4.0 has unknown requirements, because it is not built here: its metadata are of version ${metadataVersion}, older than 2.2`,
        },
      ],
    })),
    {
      it: 'does not mind in a wheel what its source distribution left open',
      of: { metadata: { metadataVersion: '2.1', dynamic: ['Requires-Dist'] } },
      says: [],
    },
    {
      it: 'refuses what has no metadata',
      of: { absent: ['metadata'] },
      says: [
        {
          finding: 'deny dependency/unknown',
          message: 'numpy 2.4.0 has unknown requirements: it has no metadata',
        },
      ],
    },
  ],
};
