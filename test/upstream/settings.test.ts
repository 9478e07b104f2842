import { inspect } from 'node:util';

import { expect, test } from 'vitest';

import { findPipSettings, type Run } from '../../src/upstream/pip-settings.ts';
import { parseChannelUrl, parseIndexUrl, printUrl } from '../../src/upstream/settings.ts';

test.each([
  ['https://index.test/simple', { indexUrl: 'https://index.test/simple/' }],
  ['  https://index.test/simple//  ', { indexUrl: 'https://index.test/simple/' }],
  ['http://127.0.0.1:3141', { indexUrl: 'http://127.0.0.1:3141/' }],
  ['https://index.test/simple/?x=1#y', { indexUrl: 'https://index.test/simple/' }],
  [
    'https://user:p%40ss%3A@index.test/simple/',
    {
      indexUrl: 'https://index.test/simple/',
      credentials: { username: 'user', password: 'p@ss:' },
    },
  ],
  [
    'https://token@index.test/',
    { indexUrl: 'https://index.test/', credentials: { username: 'token', password: '' } },
  ],
  [
    'https://u:100%@index.test/',
    { indexUrl: 'https://index.test/', credentials: { username: 'u', password: '100%' } },
  ],
])('the index URL %s is split into what may be shown and what may not', (text, expected) => {
  expect(parseIndexUrl(text)).toEqual(expected);
});

test.each([
  '',
  'index.test/simple',
  'ftp://user:secret@index.test/',
  'user:secret@index.test',
  '//x',
])('no index URL: %s; the error shows nothing of it', (text) => {
  const error = thrownBy(() => parseIndexUrl(text));
  expect(error).toMatchObject({ code: 'invalid-setting' });
  expect(inspect(error)).not.toContain('secret');
});

test.each([
  ['https://chan.test/conda-forge', { indexUrl: 'https://chan.test/conda-forge/' }],
  ['file:///srv/channels', { indexUrl: 'file:///srv/channels/' }],
  ['file:///srv/a%20b/../chan/?x#y', { indexUrl: 'file:///srv/chan/' }],
  [
    'https://me:secret@chan.test/own/',
    {
      indexUrl: 'https://chan.test/own/',
      credentials: { username: 'me', password: 'secret' },
    },
  ],
])('the channel URL %s is split as an index URL is', (text, expected) => {
  expect(parseChannelUrl(text, 'GATEHOUSE_CONDA_UPSTREAM')).toEqual(expected);
});

test.each([
  'https://chan.test/t/secret-token/own',
  'https://chan.test/conda/t/secret-token',
  'file://host/srv/chan/',
  'oci://chan.test/own',
  '/srv/chan',
])('the channel URL %s is refused without showing what is secret', (text) => {
  const message = expect.not.stringContaining('secret');
  expect(() => parseChannelUrl(text, 'GATEHOUSE_CONDA_UPSTREAM')).toThrow(
    expect.objectContaining({ code: 'invalid-setting', message }),
  );
});

test('a printed URL has no user information, query or fragment', () => {
  const url = new URL('https://user:secret@files.test/a/b.whl?signature=secret#secret');
  expect(printUrl(url)).toBe('https://files.test/a/b.whl');
});

const NOTHING = {
  index_url: 'https://index.test/simple',
  extra_index_urls: [],
  find_links: [],
  trusted_hosts: [],
  no_index: false,
  cert: null,
  client_cert: null,
  proxy: '',
};

function moduleSays(options: Readonly<Record<string, unknown>>): Run {
  return async (command) =>
    command === 'python3'
      ? `a warning\n${JSON.stringify({ ...NOTHING, ...options })}\n`
      : undefined;
}

test("pip's own default is the upstream when nothing is configured", async () => {
  const settings = await findPipSettings(moduleSays({}));
  expect(settings).toEqual({ indexUrl: 'https://index.test/simple/', notices: [] });
});

test('certificates, proxy and credentials of pip come along', async () => {
  const run = moduleSays({
    index_url: 'https://me:secret@index.test/simple',
    cert: '/etc/company.pem',
    client_cert: '/etc/client.pem',
    proxy: 'me:secret@proxy.test:3128',
  });
  expect(await findPipSettings(run)).toEqual({
    indexUrl: 'https://index.test/simple/',
    credentials: { username: 'me', password: 'secret' },
    caFile: '/etc/company.pem',
    clientCertificateFile: '/etc/client.pem',
    proxy: {
      http: 'http://me:secret@proxy.test:3128',
      https: 'http://me:secret@proxy.test:3128',
    },
    notices: [],
  });
});

test('what is left out is said, without the values', async () => {
  const run = moduleSays({
    extra_index_urls: ['https://me:secret@extra.test/'],
    find_links: ['/wheels'],
    trusted_hosts: ['index.test'],
  });
  const { notices } = await findPipSettings(run);
  expect(notices).toEqual([
    "pip's extra-index-url is ignored: Gatehouse has one index.",
    "pip's find-links is ignored: Gatehouse has one index.",
    "pip's trusted-host is ignored: certificates are always checked.",
  ]);
});

const HELP = `
  -i, --index-url <url>       Base URL of the Python Package Index (default
                              https://long-
                              name.index.test/simple). This should point to a
`;

test.each([
  ['its help', {}, 'https://long-name.index.test/simple/'],
  ['the environment', { ':env:.index-url': 'https://a.test/' }, 'https://a.test/'],
  ['a file', { 'global.index-url': 'https://b.test/' }, 'https://b.test/'],
  [
    'the section of install before global',
    { 'install.index-url': 'https://c.test/', 'global.index-url': 'https://b.test/' },
    'https://c.test/',
  ],
])('a pip that python3 does not have tells its index by %s', async (_name, config, expected) => {
  const configured = new Map<string, string>(Object.entries(config));
  const settings = await findPipSettings(async (command, ...parameters) => {
    if (command !== 'pip') return undefined;
    return parameters[0] === 'install' ? HELP : configured.get(parameters.at(-1) ?? '');
  });
  expect(settings).toEqual({ indexUrl: expected, notices: [] });
});

test.each([
  ['there is no pip', async () => undefined],
  ['pip answers nonsense', async (command: string) => (command === 'python3' ? 'hm' : undefined)],
  ['pip uses no index', moduleSays({ no_index: 1 })],
  ['pip names no index', moduleSays({ index_url: '' })],
] satisfies readonly (readonly [string, Run])[])(
  'when %s, the error says what to set',
  async (_name, run) => {
    await expect(findPipSettings(run)).rejects.toMatchObject({
      code: 'invalid-setting',
      hint: expect.stringContaining('GATEHOUSE_PYPI_UPSTREAM'),
    });
  },
);

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
