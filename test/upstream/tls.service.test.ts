import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { openUpstream } from '../../src/upstream/upstream.ts';
import { project } from './loopback.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'));
const bundle = join(folder, 'both.pem');
const seen: boolean[] = [];
let indexUrl = '';

const server = createServer(
  { requestCert: true, rejectUnauthorized: false },
  (request, response) => {
    const socket = request.socket as TLSSocket;
    seen.push(socket.authorized);
    response.writeHead(404).end();
  },
);

// One certificate, made now, is the index's own authority and the client's certificate at once.
beforeAll(async () => {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=gatehouse.test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', key, '-out', certificate];
  const all = ['req', '-x509', '-days', '2', ...algorithm, ...subject, ...files];
  execFileSync('openssl', all, { stdio: 'ignore' });
  execFileSync('sh', ['-c', 'cat "$1" "$2" > "$3"', 'sh', certificate, key, bundle]);
  const pem = readFileSync(bundle);
  server.setSecureContext({ key: pem, cert: pem, ca: pem });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  indexUrl = `https://127.0.0.1:${address.port}/simple/`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const timing = { sleep: async () => {}, random: () => 0 };

test('an index whose certificate nobody vouches for is not asked', async () => {
  await using upstream = await openUpstream({ indexUrl }, { timing });
  await expect(upstream.fetchPage(project('demo'))).rejects.toMatchObject({
    code: 'upstream-unavailable',
    message: expect.stringContaining('SELF_SIGNED'),
  });
  expect(seen).toEqual([]);
});

test('the configured authorities are trusted', async () => {
  await using upstream = await openUpstream({ indexUrl, caFile: bundle }, { timing });
  expect(await upstream.fetchPage(project('demo'))).toEqual({ kind: 'absent' });
  expect(seen.splice(0)).toEqual([false]);
});

test("the client's certificate is shown to an index that asks for it", async () => {
  const settings = { indexUrl, caFile: bundle, clientCertificateFile: bundle };
  await using upstream = await openUpstream(settings, { timing });
  expect(await upstream.fetchPage(project('demo'))).toEqual({ kind: 'absent' });
  expect(seen.splice(0)).toEqual([true]);
});
