import { gunzipSync } from 'node:zlib';

import { request } from 'undici';

import type { FakeArtifact } from '../test/fakes/pages.ts';
import { buildWheel } from '../test/fixtures/wheels.ts';
import type { Nginx, Static } from './nginx.ts';
import { numpyLike } from './numpy-like.ts';
import type { Service } from './service.ts';
import { type Measured, measureLoad } from './wrk.ts';

/** Numpy has about 9,400 files that fit some target: this many versions of 40. */
const VERSIONS = 235;
const SMALL = buildWheel({
  name: 'small',
  version: '1.0',
  licenseExpression: 'BSD-3-Clause',
  sizeBytes: 20_000,
});

/** What the index of this measurement lists. */
export const ARTIFACTS: readonly FakeArtifact[] = [
  ...numpyLike('numpy', VERSIONS),
  ...numpyLike('approved', 1),
  SMALL,
];

/** Approves all that is on the index, but for one version. */
export const POLICY = `version: 1
sources: { pypi: { kind: pypi } }
targets: { python: ["3.11", "3.12", "3.13", "3.14"], platforms: [manylinux_2_28_x86_64, manylinux_2_28_aarch64] }
packages:
  allow: [numpy, approved, small]
  deny: [{ name: numpy, versions: "==1.0.0", reason: for the measurement }]
licenses: { allow: [BSD-3-Clause] }
versions: { keep: 1000, min-age: 0d }
`;

/** As uv and pip ask for pages. */
export const HEADERS = {
  accept: 'application/vnd.pypi.simple.v1+json',
  'accept-encoding': 'gzip',
};

/** What is asked for, of both servers in turn. */
export interface Case {
  readonly name: string;
  readonly url: string;
  readonly served: Static;
  /** With the page's own tag, so that it answers 304. */
  readonly known: boolean;
}

/** Asks the service once for everything, which also admits the small wheel. */
export async function casesOf(service: Service): Promise<readonly Case[]> {
  const full = await pageOf(`${service.indexUrl}numpy/`);
  const approved = await pageOf(`${service.indexUrl}approved/`);
  const small = await pageOf(`${service.indexUrl}small/`);
  const refused = await fileOf(linkOn(full, 'numpy-1.0.0-'));
  const admitted = await fileOf(linkOn(small, SMALL.filename));
  return [
    { name: 'full page', ...full, known: false },
    { name: 'approved page', ...approved, known: false },
    { name: '304 of the full page', ...full, known: true },
    { name: '304 of the approved page', ...approved, known: true },
    { name: 'admitted file', ...admitted, known: false },
    { name: 'refused file', ...refused, known: false },
  ];
}

/** Loads one server with one case. */
export function measureCase(tried: Case, server: Service | Nginx): Promise<Measured> {
  const { url, served, known } = tried;
  const { pid } = server;
  const asked = 'urlOf' in server ? server.urlOf(served) : url;
  return known
    ? measureUnchanged(asked, pid)
    : measureLoad({ url: asked, headers: HEADERS, pid, status: served.status ?? 200 });
}

async function measureUnchanged(url: string, pid: number): Promise<Measured> {
  const answer = await request(url, { headers: HEADERS });
  await answer.body.dump();
  const headers = { ...HEADERS, 'if-none-match': String(answer.headers['etag']) };
  return measureLoad({ url, headers, pid, status: 304 });
}

interface Page {
  readonly url: string;
  readonly served: Static;
}

async function pageOf(url: string): Promise<Page> {
  const { statusCode, headers, body } = await request(url, { headers: HEADERS });
  const gzip = Buffer.from(await body.arrayBuffer());
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
  const contentType = String(headers['content-type']);
  return { url, served: { contentType, gzip, identity: gunzipSync(gzip) } };
}

async function fileOf(url: string): Promise<Page> {
  const { statusCode, headers, body } = await request(url);
  const identity = Buffer.from(await body.arrayBuffer());
  const served = { contentType: String(headers['content-type']), identity };
  return { url, served: statusCode === 200 ? served : { ...served, status: statusCode } };
}

function linkOn({ url, served }: Page, beginning: string): string {
  const page: { readonly files: readonly { readonly filename: string; readonly url: string }[] } =
    JSON.parse(Buffer.from(served.identity).toString());
  const found = page.files.find(({ filename }) => filename.startsWith(beginning));
  if (found === undefined) throw new Error(`${url} lists nothing that begins with ${beginning}`);
  return new URL(found.url, url).href;
}
