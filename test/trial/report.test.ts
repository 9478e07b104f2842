import { expect, test } from 'vitest';

import { readReport } from '../../src/trial/report.ts';

const CLEAN = { python: '3.12.1', wrote: [], executed: [], connected: [], imports: [] };
const UNREADABLE = 'the probe gave no report that can be read';

function read(report: unknown) {
  return readReport(JSON.stringify(report), '3.12');
}

test('a report is read as it is', () => {
  expect(read({ ...CLEAN, wrote: ['open: /x'] })).toEqual({
    ...CLEAN,
    probe: 1,
    wrote: ['open: /x'],
  });
});

test.each([
  ['nothing', ''],
  ['half of one', '{"python": "3.12.1", "wrote": ['],
  ['another shape', JSON.stringify({ ...CLEAN, wrote: 'x' })],
  ['a version that is none', JSON.stringify({ ...CLEAN, python: 'x\u001b[2J' })],
])('%s is a trial that failed', (_, text) => {
  expect(readReport(text, '3.12')).toMatchObject({ python: '3.12', failure: UNREADABLE });
});

test('what a hostile report says is printable, short and little', () => {
  const wrote = Array.from(
    { length: 5000 },
    (_, index) => `${index}\u001b[2J\u202e${'x'.repeat(900)}`,
  );
  const imports = wrote.map((text) => ({ module: text, error: text }));
  const report = read({ ...CLEAN, wrote, imports, extra: 'x' });
  expect([report.wrote.length, report.imports.length]).toEqual([50, 50]);
  expect(report.wrote[0]).toMatch(/^0\?\[2J\?x{290,}$/);
  expect(report.wrote.every((text) => text.length <= 300)).toBe(true);
  expect(report).not.toHaveProperty('extra');
});
