import { array, constantFrom, integer, noBias, sample, shuffledSubarray, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseCoreMetadata } from '../../../src/ecosystems/pypi/core-metadata.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';
import type { CoreMetadata } from '../../../src/model/evidence.ts';
import { askPython } from './pages-oracle.ts';

describe('core metadata that is accepted is read as packaging reads it', () => {
  const REQUIRED = ['Metadata-Version: 2.1', 'Name: foo', 'Version: 1.0'];
  const fieldNames = constantFrom(
    'Requires-Dist',
    'requires-dist',
    'REQUIRES-PYTHON',
    'License',
    'license',
    'License-File',
    'Classifier',
    'Summary',
    'Provides-Extra',
    'Dynamic',
    'License-Expression',
    'X-Unknown',
    'Name',
    'Keywords',
  );
  const values = constantFrom(
    'foo',
    ' foo>=1.0',
    'License :: OSI Approved',
    'MIT',
    '',
    ' ',
    'a\n  b',
    '\n b',
    'a\n \n\tc',
    'für',
    '日本 💥',
    'a: b',
    '\tx \t',
    '=?utf-8?q?a?=',
    '\x85',
    'a\fb',
    '\u2028',
    '\xa0x',
  );
  const fields = tuple(fieldNames, values).map(([name, value]) => `${name}:${value}`);

  test('in 5,000 documents that are well formed', () => {
    const documents = tuple(
      shuffledSubarray(REQUIRED, { minLength: 3 }),
      array(fields, { maxLength: 6 }),
      constantFrom('\n', '\r\n'),
      constantFrom('', '\n\nbody: x\nLicense: GPL'),
    ).map(([required, others, newline, body]) =>
      Buffer.from([...required, ...others].join('\n').replaceAll('\n', newline) + body),
    );
    const { accepted, differences } = compare(sample(documents, { numRuns: 5000, seed: 1 }));
    expect(differences).toEqual([]);
    expect(accepted).toBeGreaterThan(2500);
  });

  test('in 20,000 documents with something wrong in them', () => {
    const damages = constantFrom(
      '\r',
      '\n',
      ':',
      ' ',
      'x',
      '\t',
      '\r\n',
      '\n\n',
      '\xff',
      '\0',
      '\v',
      '\x1c',
      '\nFrom x',
      '\n:',
      '\n\xe9: a',
      '>',
    );
    const documents = tuple(
      array(fields, { maxLength: 4 }),
      array(tuple(noBias(integer({ min: 0, max: 9999 })), damages), {
        minLength: 1,
        maxLength: 2,
      }),
    ).map(([others, wrongs]) => damage([...REQUIRED, ...others].join('\n'), wrongs));
    const { accepted, differences } = compare(sample(documents, { numRuns: 20_000, seed: 1 }));
    expect(differences).toEqual([]);
    expect(accepted).toBeGreaterThan(2000);
  });
});

function damage(text: string, wrongs: readonly (readonly [number, string])[]): Buffer {
  let document = Buffer.from(text).toString('latin1');
  for (const [place, wrong] of wrongs) {
    const at = Math.floor((place / 10_000) * document.length);
    document = document.slice(0, at) + wrong + document.slice(at);
  }
  return Buffer.from(document, 'latin1');
}

function compare(documents: readonly Buffer[]) {
  const answers = askPython(
    documents.map((document) => ['email', document.toString('base64')]),
  ) as readonly EmailAnswer[];
  const differences: unknown[] = [];
  let accepted = 0;
  for (const [index, document] of documents.entries()) {
    const ours = findCoreMetadata(document);
    const answer = answers[index];
    if (ours === undefined || answer === undefined) continue;
    accepted += 1;
    const [left, right] = [fieldsOf(ours), theirFields(answer)];
    if (JSON.stringify(left) !== JSON.stringify(right)) {
      differences.push({ document: document.toString('latin1'), left, right });
    }
  }
  return { accepted, differences };
}

function fieldsOf(metadata: CoreMetadata) {
  return {
    metadataVersion: metadata.metadataVersion,
    name: metadata.name,
    version: metadata.version,
    requiresPython: metadata.requiresPython,
    license: metadata.license,
    licenseExpression: metadata.licenseExpression,
    summary: metadata.summary,
    requiresDist: metadata.requiresDist,
    providesExtra: metadata.providesExtra,
    licenseFiles: metadata.licenseFiles,
    licenseClassifiers: metadata.licenseClassifiers,
    dynamic: metadata.dynamic,
  };
}

// The differences: blanks around a value go, line ends inside it become line feeds, an empty one is absent. What
// packaging puts aside because it is not UTF-8 is Latin-1 here (packaging has decoded it so, too), and what
// it puts aside because it is said twice is taken if it is the same, or is a summary, which nobody judges.
function theirFields({ raw, unparsed }: EmailAnswer) {
  function all(key: string, name: string): readonly string[] {
    const value = raw[key] ?? unparsed[name] ?? [];
    return (typeof value === 'string' ? [value] : value).map((text) =>
      text.replaceAll('\r\n', '\n').replaceAll(/^[ \t\n]+|[ \t\n]+$/g, ''),
    );
  }
  function one(key: string, name: string): string | undefined {
    return all(key, name)[0] || undefined;
  }
  return {
    metadataVersion: one('metadata_version', 'metadata-version'),
    name: one('name', 'name'),
    version: one('version', 'version'),
    requiresPython: one('requires_python', 'requires-python'),
    license: one('license', 'license'),
    licenseExpression: one('license_expression', 'license-expression'),
    summary: one('summary', 'summary'),
    requiresDist: all('requires_dist', 'requires-dist'),
    providesExtra: all('provides_extra', 'provides-extra'),
    licenseFiles: all('license_files', 'license-file'),
    licenseClassifiers: all('classifiers', 'classifier').filter((text) =>
      text.startsWith('License ::'),
    ),
    dynamic: all('dynamic', 'dynamic'),
  };
}

function findCoreMetadata(document: Buffer): CoreMetadata | undefined {
  try {
    return parseCoreMetadata(document);
  } catch (error) {
    if (isGatehouseError(error, 'invalid-metadata')) return undefined;
    throw error;
  }
}

interface EmailAnswer {
  readonly raw: Readonly<Record<string, string | readonly string[]>>;
  readonly unparsed: Readonly<Record<string, readonly string[]>>;
}
