import { describe, expect, test } from 'vitest';

import { chooseVariant, prefersJson } from '../../src/proxy/negotiation.ts';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HTML_TYPE = 'application/vnd.pypi.simple.v1+html; charset=utf-8';
const TEXT_HTML = 'text/html; charset=utf-8';
const CHROME =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';

function typeFor(accept: string | undefined, format?: unknown): string | undefined {
  return chooseVariant({ accept, acceptEncoding: undefined, format })?.contentType;
}

describe('the type of a page', () => {
  test.each<readonly [string, string | undefined, string | undefined]>([
    ['no Accept', undefined, TEXT_HTML],
    ['an empty Accept', '', TEXT_HTML],
    ['anything', '*/*', TEXT_HTML],
    [
      'pip',
      `${JSON_TYPE}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01`,
      JSON_TYPE,
    ],
    ['uv', `${JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01`, JSON_TYPE],
    ['poetry', `${JSON_TYPE}, */*;q=0.1`, JSON_TYPE],
    ['pip 22.0.4', 'text/html', TEXT_HTML],
    ['Chrome', CHROME, TEXT_HTML],
    ['JSON above HTML', `application/vnd.pypi.simple.v1+html;q=0.8, ${JSON_TYPE};q=0.9`, JSON_TYPE],
    ['HTML above JSON', `application/vnd.pypi.simple.v1+html;q=0.9, ${JSON_TYPE};q=0.8`, HTML_TYPE],
    ['equal weights', `text/html, ${JSON_TYPE}`, JSON_TYPE],
    ['spaces around the equals sign', `${JSON_TYPE};q = 0.9, text/html; q = 0.1`, JSON_TYPE],
    ['a weight of zero', `${JSON_TYPE};q=0, text/html;q=0.1`, TEXT_HTML],
    ['HTML excluded from anything', 'text/html;q=0, */*', JSON_TYPE],
    ['everything excluded', '*/*;q=0', undefined],
    ['the latest JSON', 'application/vnd.pypi.simple.latest+json', JSON_TYPE],
    ['the latest HTML', 'application/vnd.pypi.simple.latest+html', HTML_TYPE],
    ['a whole family', 'application/*', JSON_TYPE],
    ['the text family', 'text/*', TEXT_HTML],
    ['upper case', 'TEXT/HTML;Q=1.0', TEXT_HTML],
    ['only version 2', 'application/vnd.pypi.simple.v2+json', undefined],
    ['only application/json', 'application/json', undefined],
    ['nothing that can be read', ';;;q=,,"', TEXT_HTML],
    ['a weight that cannot be read', `${JSON_TYPE};q=nine, text/html;q=0.2`, TEXT_HTML],
    ['a weight above one', `${JSON_TYPE};q=7`, TEXT_HTML],
    ['a very long one', `${'a/b;q=0.1,'.repeat(1500)}${JSON_TYPE}`, JSON_TYPE],
  ])('for %s', (_, accept, expected) => {
    expect(typeFor(accept)).toBe(expected);
    expect(typeFor(accept), 'remembered').toBe(expected);
  });

  test.each<readonly [unknown, string | undefined]>([
    [JSON_TYPE, JSON_TYPE],
    [JSON_TYPE.replace('+', ' '), JSON_TYPE],
    ['text/html', TEXT_HTML],
    ['application/vnd.pypi.simple.latest+json', JSON_TYPE],
    ['json', undefined],
    ['', undefined],
    [['text/html', JSON_TYPE], undefined],
  ])('format %j beats Accept', (format, expected) => {
    expect(typeFor(CHROME, format)).toBe(expected);
  });
});

describe('the encoding of a page', () => {
  test.each<readonly [string | undefined, string]>([
    [undefined, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['gzip, deflate', 'gzip'],
    ['gzip, deflate, zstd', 'zstd'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['zstd;q=0, gzip', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=1.0, zstd;q=0.5', 'gzip'],
    ['identity;q=1, gzip;q=0.5', 'identity'],
    ['*', 'zstd'],
    ['*;q=0', 'identity'],
    ['identity;q=0, *;q=0', 'identity'],
    ['gzip;q=0, *', 'zstd'],
    ['x-gzip', 'gzip'],
    ['br', 'identity'],
    ['GZIP', 'gzip'],
    ['%%%', 'identity'],
  ])('for %j', (acceptEncoding, expected) => {
    expect(chooseVariant({ accept: undefined, acceptEncoding, format: undefined })?.encoding).toBe(
      expected,
    );
  });
});

test('one way to answer is one object, so that it can be a key', () => {
  const wish = { accept: JSON_TYPE, acceptEncoding: 'gzip', format: undefined };
  expect(chooseVariant(wish)).toBe(chooseVariant({ ...wish, acceptEncoding: 'gzip, deflate' }));
});

test.each<readonly [string | undefined, unknown, boolean]>([
  ['application/json', undefined, true],
  ['application/json, text/plain, */*', undefined, true],
  ['application/json;q=0.5, text/html', undefined, false],
  ['*/*', undefined, false],
  [undefined, undefined, false],
  [CHROME, undefined, false],
  [CHROME, 'json', true],
  ['application/json', 'html', false],
])('Accept %j with format %j prefers JSON: %j', (accept, format, expected) => {
  expect(prefersJson(accept, format)).toBe(expected);
});
