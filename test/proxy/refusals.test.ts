import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Finding } from '../../src/model/decision.ts';
import { toReasonPhrase } from '../../src/proxy/reason-phrase.ts';
import { refusalText } from '../../src/proxy/refusals.ts';
import { DENIED, openHouse, FILE_PATH, FOO } from './house.ts';

const URL = 'https://gate.test';
const LONG: Finding = { ...DENIED, message: 'x'.repeat(1000) };

describe('the sentence of a refusal', () => {
  test.each<readonly [string, Parameters<typeof refusalText>[1], string]>([
    [
      'names project, version, finding and address',
      { ecosystem: 'pypi', project: 'foo', version: '2.0', findings: [DENIED] },
      `${DENIED.message} (license/not-allowed); see ${URL}/why/pypi/foo/2.0`,
    ],
    [
      'of a project names no version',
      {
        ecosystem: 'pypi',
        project: 'foo',
        findings: [{ ...DENIED, code: 'package/denied', message: 'denied: use bar' }],
      },
      `foo is refused: denied: use bar (package/denied); see ${URL}/why/pypi/foo`,
    ],
    [
      'writes a local version so that the address holds',
      { ecosystem: 'pypi', project: 'foo', version: '1!2.0+cu121', findings: [] },
      `foo 1!2.0+cu121 is refused; see ${URL}/why/pypi/foo/1!2.0%2Bcu121`,
    ],
    [
      'says what denies before what only waits for a person',
      {
        ecosystem: 'pypi',
        project: 'foo',
        version: '2.0',
        findings: [
          { ...DENIED, code: 'a/b', effect: 'review', message: 'review' },
          { ...DENIED, code: 'c/d', message: 'deny' },
        ],
      },
      `foo 2.0 is refused: deny (c/d); see ${URL}/why/pypi/foo/2.0`,
    ],
    [
      'passes over what only reports',
      {
        ecosystem: 'pypi',
        project: 'foo',
        version: '2.0',
        findings: [{ ...DENIED, effect: 'approve' }],
      },
      `foo 2.0 is refused; see ${URL}/why/pypi/foo/2.0`,
    ],
  ])('%s', (_, refusal, expected) => {
    expect(refusalText(URL, refusal)).toBe(expected);
  });

  test('shortens its reason, never its address', () => {
    const text = refusalText(URL, {
      ecosystem: 'pypi',
      project: 'foo',
      version: '2.0',
      findings: [LONG],
    });
    expect(text).toHaveLength(200);
    expect(text).toMatch(
      /x\.\.\. \(license\/not-allowed\); see https:\/\/gate\.test\/why\/pypi\/foo\/2\.0$/,
    );
  });

  test('of names that leave no room keeps the address whole', () => {
    const project = 'p'.repeat(120);
    expect(refusalText(URL, { ecosystem: 'pypi', project, version: '1.0', findings: [LONG] })).toBe(
      `refused (license/not-allowed); see ${URL}/why/pypi/${project}/1.0`,
    );
    const long = 'p'.repeat(250);
    expect(refusalText(URL, { ecosystem: 'pypi', project: long, findings: [LONG] })).toBe(
      `refused (license/not-allowed); see ${URL}/why/pypi/${long}`,
    );
  });

  test('of whatever texts is one line of printable ASCII', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 400 }), (message) => {
        const text = refusalText(URL, {
          ecosystem: 'pypi',
          project: 'foo',
          version: '2.0',
          findings: [{ ...DENIED, message }],
        });
        expect(text).toMatch(
          /^foo 2\.0 is refused:[ -~]* \(license\/not-allowed\); see https:\/\/gate\.test\/why\/pypi\/foo\/2\.0$/,
        );
        expect(text.length).toBeLessThanOrEqual(200);
      }),
    );
  });
});

test.each([
  ['two\r\nlines', 'two lines'],
  ['tab\tand\u0000nul\u007f', 'tab and nul'],
  ['naïve “quotes” – dashes… ≥ 3', 'naive "quotes" - dashes... >= 3'],
  ['ﬁne №5', 'fine No5'],
  ['лицензия', '?'],
  ['\ud800 lone', '? lone'],
  ['\u2028', ''],
])('%j becomes %j', (text, expected) => {
  expect(toReasonPhrase(text)).toBe(expected);
});

test.each([
  '\r\nX-Evil: 1\r\n\r\nbody',
  '許可されていません',
  '\u0000\u0080\u00ff',
  '"quotes" \\ \'',
  '\ud800',
])('a reason of %j neither splits the answer nor ends the process', async (message) => {
  const { app } = openHouse({
    open: () => ({
      kind: 'refused',
      ecosystem: 'pypi',
      project: FOO,
      version: '2.0',
      findings: [{ ...DENIED, message }],
    }),
  });
  const response = await app.inject(FILE_PATH);
  expect(response.statusCode).toBe(403);
  expect(response.statusMessage).toMatch(/^[ -~]+$/);
  expect(response.headers).not.toHaveProperty('x-evil');
  expect(response.json().findings[0].message).toBe(message);
});
