import { expect, test } from 'vitest';

import { describeBrought } from '../../src/cli/brought.ts';
import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';

const project = parseProjectName('app');
const verdict = 'approve';

test.each([
  ['something new', { verdict, versions: ['2', '1'], license: 'MIT' }, '+ app 2, 1 (MIT)'],
  ['a licence that is not known', { verdict, versions: ['1'] }, '+ app 1'],
  ['a new version', { verdict, versions: ['2', '1'], before: ['1'] }, '+ app 2, besides 1'],
  ['nothing new', { verdict, versions: ['1'], before: ['1'], license: 'MIT' }, '= app 1 (MIT)'],
  ['a loss', { verdict, versions: ['2'], before: ['2', '1'] }, '= app 2; no longer 1'],
  ['a refusal', { verdict: 'deny', versions: [], reason: 'no' }, '! app: no'],
] as const)('%s', (_, brought, line) => {
  expect(describeBrought({ project, ...brought })).toBe(line);
});
