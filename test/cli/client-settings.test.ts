import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';

import { CLIENT_NAMES, clientSettings } from '../../src/cli/client-settings.ts';

const SECURE = new URL('https://gatehouse.example/pypi/simple/');
const LOCAL = new URL('http://127.0.0.1:8080/pypi/simple/');
const PLAIN = new URL('http://gatehouse.test:8080/pypi/simple/');

describe('the content names the index', () => {
  test.each(CLIENT_NAMES)('for %s', (name) => {
    const { content, path } = clientSettings(name, SECURE);
    expect(content).toContain(name === 'conda' ? 'https://gatehouse.example/conda' : SECURE.href);
    expect(content).not.toMatch(/\n$/);
    expect(path).toMatch(/^(?:~\/\.|pyproject\.toml$|Pipfile$)/);
  });
});

test('plain http is trusted where the client asks for it, and nothing else is', () => {
  const trusted = [SECURE, LOCAL, PLAIN].map((index) => ({
    pip: /^trusted-host = (.*)$/m.exec(clientSettings('pip', index).content)?.[1],
    variable: clientSettings('jupyter', index).environment['PIP_TRUSTED_HOST'],
    pdm: /^verify_ssl = (.*)$/m.exec(clientSettings('pdm', index).content)?.[1],
    pipenv: /^verify_ssl = (.*)$/m.exec(clientSettings('pipenv', index).content)?.[1],
  }));
  expect(trusted).toEqual([
    { pip: undefined, variable: undefined, pdm: undefined, pipenv: 'true' },
    { pip: '127.0.0.1:8080', variable: '127.0.0.1:8080', pdm: undefined, pipenv: 'false' },
    {
      pip: 'gatehouse.test:8080',
      variable: 'gatehouse.test:8080',
      pdm: 'false',
      pipenv: 'false',
    },
  ]);
});

test.each([
  ['uv', { index: [{ url: SECURE.href, default: true }] }],
  [
    'poetry',
    {
      tool: { poetry: { source: [{ name: 'gatehouse', url: SECURE.href, priority: 'primary' }] } },
    },
  ],
  ['pdm', { pypi: { url: SECURE.href } }],
  ['pipenv', { source: [{ name: 'gatehouse', url: SECURE.href, verify_ssl: true }] }],
] as const)('the file of %s is this TOML', (name, expected) => {
  expect(parse(clientSettings(name, SECURE).content)).toEqual(expected);
});

test('only poetry and pixi have no variables', () => {
  const without = CLIENT_NAMES.filter(
    (name) => Object.keys(clientSettings(name, SECURE).environment).length === 0,
  );
  expect(without).toEqual(['poetry', 'pixi']);
});
