import { obfuscation } from '../../../src/validation/rules/obfuscation.ts';
import { contentRows } from './content-rows.ts';
import type { RuleTable } from './table.ts';

export const obfuscationTable: RuleTable = {
  rule: obfuscation,
  rows: contentRows({
    key: 'obfuscation',
    contents: { obfuscation: [{ path: 'numpy/a.py', kind: 'pyarmor' }] },
    code: 'obfuscation/mark',
    message: 'numpy 2.4.0 hides what its code does: pyarmor in "numpy/a.py"',
    evidence: ['"numpy/a.py": pyarmor'],
    unknown: 'numpy 2.4.0 may hide what its code does: its contents were not read',
  }),
};
