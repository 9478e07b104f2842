import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { guardAddresses, type Resolve } from '../../src/upstream/address-guard.ts';
import { openUpstream } from '../../src/upstream/upstream.ts';
import { artifact, listen, project, upstreamAt } from './loopback.ts';

// Every TCP connection that this process begins, as `address:port`.
const attempts: string[] = [];

function watch(message: unknown): void {
  if (typeof message !== 'object' || message === null || !('socket' in message)) return;
  const { socket } = message;
  if (!(socket instanceof Socket)) return;
  socket.on('connectionAttempt', (address, port) => attempts.push(`${address}:${port}`));
}

beforeAll(() => subscribe('net.client.socket', watch));
afterAll(() => void unsubscribe('net.client.socket', watch));
beforeEach(() => void attempts.splice(0));

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'index.test': ['93.184.215.14'],
  'private-index.test': ['10.0.0.5'],
  'loopback.test': ['127.0.0.1'],
  'private.test': ['192.168.1.1'],
  'metadata.test': ['169.254.169.254'],
  'metadata6.test': ['fd00:ec2::254'],
  'mapped.test': ['::ffff:169.254.169.254'],
  'both.test': ['10.0.0.1', '127.0.0.1'],
  'unspecified.test': ['0.0.0.0'],
  'nat64.test': ['64:ff9b::a9fe:a9fe'],
  'xn--bcher-kva.test': ['10.0.0.9'],
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'a.localhost': ['127.0.0.1'],
};

async function resolve(hostname: string): ReturnType<Resolve> {
  const addresses = NAMES[hostname.replace(/\.$/, '')] ?? NAMES[hostname];
  if (addresses === undefined) throw new Error(`ENOTFOUND ${hostname}`);
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

// Port 1 on hosts of this machine and the discard port elsewhere: a mistake must not reach anything.
const FORBIDDEN = [
  'http://127.0.0.1:1/a.whl',
  'http://127.1:1/a.whl',
  'http://127.255.255.254:1/',
  'http://2130706433:1/',
  'http://0x7f000001:1/',
  'http://0x7f.0.0.1:1/',
  'http://0177.0.0.1:1/',
  'http://0177.0.0.01:1/',
  'http://017700000001:1/',
  'http://127.0.0.1.:1/',
  'http://0:1/',
  'http://0.0.0.0:1/',
  'http://0x0:1/',
  'http://[::]:1/',
  'http://[::1]:1/',
  'http://[0:0:0:0:0:0:0:1]:1/',
  'http://[::ffff:127.0.0.1]:1/',
  'http://[::ffff:7f00:1]:1/',
  'http://[::127.0.0.1]:1/',
  'http://localhost:1/',
  'http://LOCALHOST:1/',
  'http://localhost.:1/',
  'http://a.localhost:1/',
  'http://loopback.test:1/',
  'http://loopback.test.:1/',
  'http://both.test:1/',
  'http://unspecified.test:1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://169.254.169.254:80/a.whl',
  'http://169.254.169.254./',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0xa9.0xfe.0xa9.0xfe/',
  'http://0251.0376.0251.0376/',
  'http://025177524776/',
  'http://169.16689662/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[64:ff9b::169.254.169.254]/',
  'http://[2002:a9fe:a9fe::]/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://[fd20:ce::254]/',
  'http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/',
  'http://169。254。169。254/',
  'http://metadata.test/',
  'http://metadata6.test/',
  'http://mapped.test/',
  'http://nat64.test/',
  'http://168.63.129.16/',
  'http://100.100.100.200/',
  'http://169.254.170.2/v2/credentials',
  'http://10.0.0.1:9/',
  'http://172.16.0.1:9/',
  'http://192.168.0.1:9/',
  'http://100.64.0.1:9/',
  'http://198.18.0.1:9/',
  'http://192.0.2.1:9/',
  'http://240.0.0.1:9/',
  'http://224.0.0.1:9/',
  'http://255.255.255.255:9/',
  'http://[fc00::1]:9/',
  'http://[fec0::1]:9/',
  'http://[ff02::1]:9/',
  'http://[2001:db8::1]:9/',
  'http://private.test:9/',
  'http://bücher.test:9/',
  'http://user:secret@127.0.0.1:1/',
  'http://user:secret@files.test/',
  'http://files.test@169.254.169.254/',
  'file:///etc/passwd',
  'ftp://127.0.0.1:1/',
  'gopher://127.0.0.1:1/',
  'data:text/plain,hello',
  'javascript:alert(1)',
  'http://[::1/',
  'http://127.0.0.1:99999/',
];

test('the table is long enough', () => {
  expect(new Set(FORBIDDEN).size).toBeGreaterThanOrEqual(60);
});

test.each(FORBIDDEN)('a public index cannot make anybody connect to %s', async (url) => {
  const settings = { indexUrl: 'http://index.test/simple/' };
  await using upstream = await openUpstream(settings, { resolve });
  const asked = upstream.openArtifact(artifact(url));
  await expect(asked).rejects.toMatchObject({ code: 'upstream-refused' });
  await expect(asked).rejects.not.toThrow('secret');
  expect(attempts).toEqual([]);
});

test.each(FORBIDDEN.filter((url) => /^[ -~]+$/.test(url)))(
  'a redirect of an index on this machine is not followed to %s',
  async (url) => {
    await using index = await listen((_request, response) => {
      response.writeHead(302, { location: url }).end();
    });
    await using upstream = await upstreamAt(index.origin, { resolve });
    await expect(upstream.fetchPage(project('demo'))).rejects.toMatchObject({
      code: 'upstream-refused',
    });
    expect(attempts).toHaveLength(1);
    expect(index.requests).toHaveLength(1);
  },
);

test('an https index lists no file without TLS', async () => {
  await using upstream = await openUpstream(
    { indexUrl: 'https://index.test/simple/' },
    { resolve },
  );
  await expect(upstream.openArtifact(artifact('http://index.test/a.whl'))).rejects.toMatchObject({
    code: 'upstream-refused',
  });
  expect(attempts).toEqual([]);
});

test.each([
  ['127.0.0.1', 'index', '127.0.0.1', true],
  ['169.254.169.254', 'index', '169.254.169.254', true],
  ['metadata.test', 'index', 'metadata.test', false],
  ['loopback.test', 'index', 'loopback.test', true],
  ['loopback.test', 'listed', '127.0.0.1', true],
  ['loopback.test', 'listed', 'private.test', true],
  ['loopback.test', 'listed', 'metadata.test', false],
  ['169.254.169.254', 'listed', '169.254.170.2', false],
  ['private-index.test', 'listed', 'private.test', true],
  ['private-index.test', 'listed', 'loopback.test', false],
  ['private-index.test', 'listed', 'localhost', false],
  ['private-index.test', 'redirected', 'private.test', false],
  ['private-index.test', 'redirected', 'index.test', true],
  ['index.test', 'listed', 'private.test', false],
  ['index.test', 'listed', 'index.test', true],
  ['unknown.test', 'listed', 'private.test', false],
] as const)(
  'with the index at %s, the %s host %s may be asked: %s',
  async (index, standing, host, may) => {
    const guard = guardAddresses(index, resolve);
    const literal = await guard.checkHost(host, standing).then(
      () => true,
      () => false,
    );
    const looked = await new Promise<boolean>((done) => {
      if (/^[\d.]+$/.test(host)) return done(true);
      return guard.lookupFor(standing)(host, { all: true }, (error) => done(error === null));
    });
    expect(literal && looked).toBe(may);
  },
);

test('of several addresses only the allowed ones are given, in either form of the callback', async () => {
  const guard = guardAddresses('private-index.test', resolve);
  const all = await new Promise((done) => {
    guard.lookupFor('listed')('both.test', { all: true }, (_error, addresses) => done(addresses));
  });
  expect(all).toEqual([{ address: '10.0.0.1', family: 4 }]);
  const one = await new Promise((done) => {
    guard.lookupFor('listed')('both.test', {}, (...answer) => done(answer));
  });
  expect(one).toEqual([null, '10.0.0.1', 4]);
});

test('a name is looked up once for each connection, and only what was checked is connected to', async () => {
  const answers = ['127.0.0.1', '169.254.169.254', '169.254.169.254'];
  await using index = await listen((_request, response) => {
    response.writeHead(404, { connection: 'close' }).end();
  });
  const { port } = new URL(index.origin);
  await using upstream = await upstreamAt(`http://rebind.test:${port}`, {
    resolve: async () => [{ address: answers.shift() ?? '', family: 4 }],
  });
  expect(await upstream.fetchPage(project('demo'))).toEqual({ kind: 'absent' });
  expect(answers).toHaveLength(2);
  await expect(upstream.fetchPage(project('demo'))).rejects.toMatchObject({
    code: 'upstream-refused',
  });
  expect(attempts).toEqual([`127.0.0.1:${port}`]);
});
