import { describe, expect, test } from 'vitest';

import { DENIED, FILE_PATH, FOO, HASH, PUBLIC_URL, WHEEL, entry, openHouse } from './house.ts';

const CONTENT = Buffer.from('{"version":1,"attestation_bundles":[]}');
const ADDRESS = `${PUBLIC_URL}${FILE_PATH}.provenance`;

describe('attestations', () => {
  test('come byte for byte, with their own type and tag', async () => {
    const { app, asked, lines } = openHouse({
      openProvenance: () => ({ kind: 'provenance', content: CONTENT, sha256: HASH }),
    });
    const response = await app.inject({ url: `${FILE_PATH}.provenance` });
    expect(response.statusCode).toBe(200);
    expect(response.rawPayload).toEqual(CONTENT);
    expect(response.headers).toMatchObject({
      'content-type': 'application/vnd.pypi.integrity.v1+json',
      'cache-control': 'private, max-age=600',
      etag: `"${HASH}"`,
    });
    expect(asked).toEqual([['openProvenance', { project: 'foo', sha256: HASH, filename: WHEEL }]]);
    expect(lines).toEqual([
      expect.objectContaining({ kind: 'provenance', status: 200, bytes: CONTENT.length }),
    ]);
    const again = await app.inject({
      url: `${FILE_PATH}.provenance`,
      headers: { 'if-none-match': `"${HASH}"` },
    });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  test('of what has none are not there', async () => {
    const { app } = openHouse();
    expect((await app.inject({ url: `${FILE_PATH}.provenance` })).statusCode).toBe(404);
  });

  test('of what is refused are refused', async () => {
    const { app } = openHouse({
      openProvenance: () => ({
        kind: 'refused',
        ecosystem: 'pypi',
        project: FOO,
        findings: [DENIED],
      }),
    });
    expect((await app.inject({ url: `${FILE_PATH}.provenance` })).statusCode).toBe(403);
  });
});

describe('a page', () => {
  test.each<readonly [string, string, readonly string[]]>([
    ['says where they are, as an absolute https address', PUBLIC_URL, [ADDRESS, ADDRESS]],
    ['of a mirror without https does not', 'http://gate.test', []],
  ])('%s', async (_, publicUrl, expected) => {
    const { app } = openHouse(
      { page: (project) => ({ project, entries: [entry({ provenance: HASH })] }) },
      { publicUrl },
    );
    const accepts = ['application/vnd.pypi.simple.v1+json', 'text/html'];
    const pages = await Promise.all(
      accepts.map((accept) => app.inject({ url: '/pypi/simple/foo/', headers: { accept } })),
    );
    expect(pages.flatMap(({ body }) => body.match(/https:[^"]+\.provenance/g) ?? [])).toEqual(
      expected,
    );
  });
});
