import { expect, test } from 'vitest';

import { renderRepodata } from '../../../src/ecosystems/conda/repodata-render.ts';
import { madeRepodata } from '../../fixtures/conda-data.ts';
import { piecesOf } from '../../fixtures/pieces.ts';
import { slicesOf } from './repodata-fuzz.ts';

function rendered(contents: Parameters<typeof renderRepodata>[0]): string {
  return Buffer.concat([...renderRepodata(contents)]).toString();
}

function record(group: string, key: string, text = '{}') {
  return { group, key, bytes: Buffer.from(text) };
}

test('an empty subdir is the document that clients take for one', () => {
  expect(rendered({ subdir: 'noarch', records: [], removed: [] })).toBe(
    '{"info":{"subdir":"noarch"},"packages":{},"packages.conda":{},"removed":[],"repodata_version":1}',
  );
});

test('bytes stay, order does not depend on the order of the records', () => {
  const odd = '{ "b" : 1.50,\n"a":"\\u0041" }';
  const records = [
    record('packages.conda', 'b.conda', odd),
    record('packages', 'c"\u00e9.tar.bz2'),
    record('packages.conda', 'a.conda'),
  ];
  const one = rendered({ subdir: 'linux-64', records, removed: ['z', 'y', 'z'] });
  const other = rendered({
    subdir: 'linux-64',
    records: records.toReversed(),
    removed: ['y', 'z'],
  });
  expect(one).toBe(
    `{"info":{"subdir":"linux-64"},"packages":{"c\\"\u00e9.tar.bz2":{}},"packages.conda":{"a.conda":{},"b.conda":${odd}},"removed":["y","z"],"repodata_version":1}`,
  );
  expect(other).toBe(one);
});

test('what a document is sliced into is what it is rendered from, in pieces', async () => {
  const made = Buffer.from(JSON.stringify(madeRepodata(3000)));
  const found = await slicesOf(piecesOf(made));
  if (typeof found === 'string') throw new Error(found);
  const records = found.records.filter(({ group }) => !group.startsWith('v3.'));
  const pieces = [...renderRepodata({ subdir: 'linux-64', records, removed: [] })];
  expect(pieces.length).toBeGreaterThan(3);
  const { packages, 'packages.conda': conda } = JSON.parse(Buffer.concat(pieces).toString());
  expect({ packages, conda }).toEqual({
    packages: madeRepodata(3000)['packages'],
    conda: madeRepodata(3000)['packages.conda'],
  });
});

test.each([
  ['a group of CEP 48', [record('v3.conda', 'a-1-0')], /not written: v3\.conda/],
  [
    'one file name twice',
    [record('packages', 'a'), record('packages.conda', 'a')],
    /one file name/,
  ],
])('%s is wrong use', (_what, records, message) => {
  expect(() => rendered({ subdir: 'noarch', records, removed: [] })).toThrow(message);
});
