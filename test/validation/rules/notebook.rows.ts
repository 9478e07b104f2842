import { notebook } from '../../../src/validation/rules/notebook.ts';
import type { RuleTable } from './table.ts';

const PATH = 'etc/jupyter/jupyter_server_config.d/x.json';
const SAID = {
  message: `numpy 2.4.0 is loaded by Jupyter by itself: "${PATH}"`,
  evidence: [`"${PATH}"`],
};
const KNOWN = 'content: { known: [{ rule: notebook, packages: [numpy], reason: read }] }';
const UNKNOWN = {
  finding: 'deny notebook/unknown',
  message: 'numpy 2.4.0 may be loaded by Jupyter by itself: its contents were not read',
};

export const notebookTable: RuleTable = {
  rule: notebook,
  rows: [
    { it: 'says nothing where Jupyter loads nothing', of: {}, says: [] },
    {
      it: 'asks a person about what Jupyter loads by itself',
      of: { evidence: { contents: { notebook: [PATH] } } },
      says: [{ finding: 'review notebook/hook', ...SAID, line: 'version: 1' }],
    },
    {
      it: 'approves what a person has looked at',
      of: {
        evidence: { contents: { notebook: [PATH] } },
        policy: { content: KNOWN.replace('content: ', '') },
      },
      says: [
        {
          finding: 'approve notebook/hook',
          message: SAID.message,
          line: KNOWN,
          evidence: [...SAID.evidence, 'looked at: read'],
        },
      ],
    },
    {
      it: 'refuses what nobody has looked at',
      of: { evidence: { contents: {} } },
      says: [UNKNOWN],
    },
    { it: 'refuses what has no evidence', of: { absent: ['evidence'] }, says: [UNKNOWN] },
  ],
};
