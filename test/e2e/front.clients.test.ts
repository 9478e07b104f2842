import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { buildWheel } from '../fixtures/wheels.ts';
import { findNginx, type Front, startFront } from '../proxy/front.ts';
import { CLIENTS, openNotebook } from './clients.ts';
import { expectRefusal, expectSuccess } from './expectations.ts';
import { policyFor } from './policy.ts';
import { type Service, startService } from './service.ts';

const nginx = findNginx();
if (nginx === undefined) console.error('skipped: no nginx on this machine');

const SENTENCE = {
  project: 'frog',
  version: '2.0',
  code: 'license/not-allowed',
  value: 'GPL-3.0-only',
};

let folder: string;
let index: FakeIndex;
let service: Service;
let front: Front;

beforeAll(async () => {
  if (nginx === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-front-'));
  const certificate = await makeCertificate();
  index = await startFakeIndex({
    artifacts: [
      mitWheel({ name: 'frog', version: '1.0' }),
      buildWheel({ name: 'frog', version: '2.0', licenseExpression: 'GPL-3.0-only' }),
    ],
  });
  service = await startService({ upstream: index.url, policy: policyFor(['frog']) });
  front = await startFront(nginx, Number(new URL(service.url).port), certificate);
});

afterAll(async () => {
  await front?.[Symbol.asyncDispose]();
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** Of an authority that only the test knows: uv takes no authority's own certificate for a server's. */
async function makeCertificate() {
  const [authority, authorityKey] = [join(folder, 'authority.pem'), join(folder, 'authority.key')];
  const [certificate, key] = [join(folder, 'front.pem'), join(folder, 'front.key')];
  const [request, extensions] = [join(folder, 'front.csr'), join(folder, 'extensions')];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await writeFile(extensions, 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
  for (const words of [
    ['req', '-x509', '-days', '2', ...newKey, '-subj', '/CN=authority.test'].concat([
      '-keyout',
      authorityKey,
      '-out',
      authority,
    ]),
    ['req', ...newKey, '-subj', '/CN=gate.test', '-keyout', key, '-out', request],
    ['x509', '-req', '-days', '2', '-in', request, '-CA', authority, '-CAkey', authorityKey].concat(
      ['-CAcreateserial', '-extfile', extensions, '-out', certificate],
    ),
  ]) {
    execFileSync('openssl', words, { stdio: 'ignore' });
  }
  return { certificate, key };
}

/** Each client with the scheme it comes by, and the protocol that it then speaks. */
const WAYS = CLIENTS.flatMap((client) => [
  { client, scheme: 'http', protocol: 'HTTP/1.1' } as const,
  { client, scheme: 'https', protocol: client.name === 'uv' ? 'HTTP/2.0' : 'HTTP/1.1' } as const,
]);

describe.skipIf(nginx === undefined)('behind nginx', () => {
  test.for(WAYS)(
    '$client.name installs, and reads why something is refused, over $scheme with $protocol',
    async ({ client, scheme, protocol }) => {
      const port = scheme === 'https' ? front.tlsPort : front.port;
      const authority = join(folder, 'authority.pem');
      await using notebook = await openNotebook(
        client,
        `${scheme}://127.0.0.1:${port}/pypi/simple/`,
        { SSL_CERT_FILE: authority, ...(scheme === 'https' ? { PIP_CERT: authority } : {}) },
      );
      const before = (await front.passed()).length;
      expectSuccess(await notebook.install('frog'));
      expect(await notebook.installed()).toEqual({ frog: '1.0' });
      await expectRefusal(await notebook.install('frog==2.0'), service.url, SENTENCE);
      const lines = (await front.passed()).slice(before);
      expect(lines.some((line) => line.startsWith('403 "GET /pypi/files/frog/'))).toBe(true);
      expect(lines.filter((line) => !line.endsWith(` ${protocol}"`))).toEqual([]);
    },
  );
});
