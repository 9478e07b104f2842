import { describe, expect, test } from 'vitest';

import { saidBy } from './table.ts';
import { TABLES } from './tables.ts';

describe.each(TABLES.map((table) => ({ ...table, id: table.rule.id })))(
  'the rule $id',
  ({ rule, rows }) => {
    test.each(rows)('$it', ({ of, says }) => {
      expect(saidBy(rule, of)).toEqual(says);
    });
  },
);
