import { describe, expect, test } from 'vitest';

import { findTile } from '../../src/proxy/tile-path.ts';
import { HASH, openHouse } from './house.ts';

describe('the question for decisions', () => {
  test.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['', { limit: 100 }],
    [
      `?kind=admission&project=Foo_Bar&sha256=${HASH.toUpperCase()}&policy=${HASH}`,
      { limit: 100, kind: 'admission', project: 'foo-bar', sha256: HASH, policy: HASH },
    ],
    [
      '?since=2026-03-01&before=2026-03-02T12:30:00%2B02:00',
      { limit: 100, since: Date.UTC(2026, 2, 1), before: Date.UTC(2026, 2, 2, 10, 30) },
    ],
    ['?cursor=1234&limit=500', { limit: 500, cursor: 1234 }],
    ['?cursor=0&limit=1', { limit: 1, cursor: 0 }],
  ])('%s is understood', async (query, expected) => {
    const { app, asked } = openHouse();
    const response = await app.inject(`/audit/v1/decisions${query}`);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ rows: [], size: 7, cursor: 3 });
    expect(response.headers['cache-control']).toBe('no-store');
    expect(asked).toEqual([['decisions', expected]]);
  });

  test.each<readonly [string, string]>([
    [
      '?kind=approval',
      'kind: expected one of access, admission, catalogue, policy, refusal, revocations, start, got "approval"',
    ],
    ['?kind=toString', 'kind: expected'],
    ['?project=-x', 'project: expected a project name, got "-x"'],
    ['?sha256=abc', 'sha256: expected 64 hexadecimal digits, got "abc"'],
    ['?policy=', 'policy: expected the digest of a policy, 64 hexadecimal digits, got ""'],
    [
      '?since=yesterday',
      'since: expected a date such as 2026-03-01 or 2026-03-01T12:00:00Z, got "yesterday"',
    ],
    ['?before=2026-13-01', 'before: expected a date'],
    ['?since=2026-03-01T12:00:00', 'since: expected a date'],
    ['?limit=0', 'limit: expected a number from 1 to 500, got "0"'],
    ['?limit=501', 'limit: expected a number from 1 to 500, got "501"'],
    ['?cursor=-1', 'cursor: expected the cursor of the page before, got "-1"'],
    ['?limit=1&limit=2', 'limit: expected a number from 1 to 500, got ["1","2"]'],
    [
      '?projects=foo',
      'no such parameter: "projects", expected one of kind, project, sha256, policy, since, before, cursor, limit',
    ],
    ['?__proto__=x', 'no such parameter: "__proto__"'],
  ])('%s is refused with what was expected', async (query, detail) => {
    const { app, asked } = openHouse();
    const response = await app.inject(`/audit/v1/decisions${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.json()).toMatchObject({
      code: 'invalid-request',
      detail: expect.stringContaining(detail),
    });
    expect(asked).toEqual([]);
  });
});

describe('the ledger', () => {
  test('gives its checkpoint as text that nobody keeps', async () => {
    const { app } = openHouse({ checkpoint: () => 'gatehouse\n7\nroot\n\n— gatehouse sig\n' });
    const response = await app.inject('/audit/checkpoint');
    expect(response.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-cache',
    });
    expect(response.body).toBe('gatehouse\n7\nroot\n\n— gatehouse sig\n');
  });

  test.each<readonly [string, readonly unknown[], string]>([
    ['0/000', ['tile', 0, 0, undefined], 'public, max-age=31536000, immutable'],
    ['1/x001/x234/067', ['tile', 1, 1_234_067, undefined], 'public, max-age=31536000, immutable'],
    ['0/003.p/12', ['tile', 0, 3, 12], 'no-cache'],
    ['entries/003', ['entryBundle', 3, undefined], 'public, max-age=31536000, immutable'],
    ['entries/x001/000.p/255', ['entryBundle', 1000, 255], 'no-cache'],
  ])('gives the tile %s', async (path, question, cacheControl) => {
    const { app, asked } = openHouse({ tile: () => Buffer.from('tile') });
    const response = await app.inject(`/audit/tile/${path}`);
    expect(response.body).toBe('tile');
    expect(response.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'cache-control': cacheControl,
    });
    expect(asked).toEqual([question]);
  });

  test('says of a tile that it does not reach that there is none', async () => {
    const { app } = openHouse();
    const response = await app.inject('/audit/tile/0/000');
    expect([response.statusCode, response.headers['cache-control']]).toEqual([404, 'no-store']);
  });

  test.each([
    '',
    '0',
    '0/',
    '0/1',
    '0/0001',
    '00/001',
    '64/000',
    '0/x000/001',
    '0/001/002',
    '0/x001',
    '0/001.p/0',
    '0/001.p/256',
    '0/001.p/01',
    '0/001.p',
    '0/001/',
    '../head',
    '0/..%2f..%2fhead',
    'entries',
    'data/001',
    '8/0/001',
    '0/%30%30%31x',
    '-1/000',
    '0/x001/x001/x001/x001/x001/001',
  ])('has no tile %j, and nobody is asked', async (path) => {
    expect(findTile(path)).toBeUndefined();
    const { app, asked } = openHouse({ tile: () => Buffer.from('tile') });
    expect((await app.inject(`/audit/tile/${path}`)).statusCode).toBe(404);
    expect(asked).toEqual([]);
  });
});

describe('health', () => {
  test('live is answered whatever the state', async () => {
    const { app } = openHouse({ status: () => ({ canDecide: false }) });
    expect((await app.inject('/health/live')).json()).toEqual({ live: true });
  });

  test.each<readonly [string, object, number]>([
    ['it can decide', {}, 200],
    ['there is no catalogue', { canDecide: false }, 503],
    ['the head is known to be a minute old', { headAgeMs: 60_000 }, 200],
    ['the head is older', { headAgeMs: 60_001 }, 503],
  ])('ready says whether %s', async (_, status, expected) => {
    const { app } = openHouse({ status: () => status });
    const response = await app.inject('/health/ready');
    expect(response.statusCode).toBe(expected);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.json()).toMatchObject({
      ready: expected === 200,
      policy: expect.stringMatching(/^[0-9a-f]{64}$/),
      policyProblems: ['policy.yaml:3:1: unknown key: licences'],
      complete: true,
      progress: { projects: 1, artifacts: 2, missing: 0, failures: 0, walking: true },
    });
  });
});
