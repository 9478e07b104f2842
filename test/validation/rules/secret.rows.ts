import { secret } from '../../../src/validation/rules/secret.ts';
import { contentRows } from './content-rows.ts';
import type { RuleTable } from './table.ts';

export const secretTable: RuleTable = {
  rule: secret,
  rows: contentRows({
    key: 'secrets',
    contents: { secrets: [{ path: 'numpy/a.py', kind: 'pypi-token' }] },
    code: 'secret/left',
    message: 'numpy 2.4.0 holds keys or tokens: pypi-token in "numpy/a.py"',
    evidence: ['"numpy/a.py": pypi-token'],
    unknown: 'numpy 2.4.0 may hold keys or tokens: its contents were not read',
  }),
};
