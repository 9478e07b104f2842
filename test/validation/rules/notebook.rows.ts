import { notebook } from '../../../src/validation/rules/notebook.ts';
import { contentRows } from './content-rows.ts';
import type { RuleTable } from './table.ts';

const PATH = 'etc/jupyter/jupyter_server_config.d/x.json';

export const notebookTable: RuleTable = {
  rule: notebook,
  rows: contentRows({
    key: 'notebook',
    contents: { notebook: [PATH] },
    code: 'notebook/hook',
    message: `numpy 2.4.0 is loaded by Jupyter by itself: "${PATH}"`,
    evidence: [`"${PATH}"`],
    unknown: 'numpy 2.4.0 may be loaded by Jupyter by itself: its contents were not read',
  }),
};
