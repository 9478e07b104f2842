import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { policyJsonSchema } from '../../src/policy/json-schema.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { remarksAt } from '../../src/policy/remarks.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'policy.yaml'), 'utf8');

test('the default policy is valid and gives no cause for remarks', () => {
  const policy = loadPolicy({ text, file: 'policy.yaml' });
  expect(remarksAt(policy, Date.parse('2026-12-01T00:00:00Z'))).toEqual([]);
});

test('the default policy allows what a notebook starts with', () => {
  const { packages, targets, versions, dependencies } = loadPolicy({ text, file: 'policy.yaml' });
  const projects = [...packages.allow.keys()];
  expect(projects).toEqual(
    expect.arrayContaining([
      'numpy',
      'pandas',
      'scikit-learn',
      'torch',
      'keras',
      'scipy',
      'matplotlib',
      'jupyterlab',
      'pip',
    ]),
  );
  expect(targets).toHaveLength(8);
  expect(versions.keep.value).toBe(5);
  expect(dependencies.closure.value).toBe('follow');
});

test('the default policy names the schema for editors in its first line', () => {
  const [first] = text.split('\n');
  expect(first).toBe('# yaml-language-server: $schema=schemas/policy.schema.json');
});

// When it fails after a wanted change: npx vitest run -u test/policy/default-policy.test.ts
test('the committed JSON Schema is the one of the code', async () => {
  const schema = `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`;
  await expect(schema).toMatchFileSnapshot(join(root, 'schemas/policy.schema.json'));
});
