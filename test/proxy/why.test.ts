import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { parseArtifactFilename } from '../../src/ecosystems/pypi/filenames.ts';
import type { Explanation } from '../../src/mirror/explain.ts';
import type { Verdict } from '../../src/model/decision.ts';
import { parseSourceId } from '../../src/policy/values.ts';
import { DENIED, EXPLANATION, HASH, WHEEL, openHouse } from './house.ts';

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('why, for programs', () => {
  test.each([
    ['/why/pypi/foo/2.0', { accept: 'application/json' }],
    ['/why/pypi/foo/2.0?format=json', BROWSER],
  ])('%s is the explanation as it is', async (url, headers) => {
    const { app, asked } = openHouse({ explain: () => EXPLANATION });
    const response = await app.inject({ url, headers });
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'Accept',
    });
    expect(response.json()).toEqual(EXPLANATION);
    expect(asked).toEqual([
      ['explain', { project: 'foo', version: expect.objectContaining({ text: '2.0' }) }],
    ]);
  });

  test('of a project asks for no version', async () => {
    const { app, asked } = openHouse({ explain: () => EXPLANATION });
    await app.inject({ url: '/why/pypi/foo', headers: { accept: 'application/json' } });
    expect(asked).toEqual([['explain', { project: 'foo' }]]);
  });
});

describe('why, for people', () => {
  test('says the verdict, the reasons with their lines, and what to do', async () => {
    const { app } = openHouse({ explain: () => EXPLANATION });
    const response = await app.inject({ url: '/why/pypi/foo/2.0', headers: BROWSER });
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    for (const text of [
      'foo 2.0 is not approved, so it is not served.',
      DENIED.message,
      'policy.yaml:12:7',
      'license/not-allowed',
      'docs/rules/license.md',
      'Ask the owners of policy.yaml',
      'Use the nearest approved version, 1.4 (Python 3.11–3.13):',
      'pip install "foo==1.4"',
      WHEEL,
    ]) {
      expect(response.body).toContain(text);
    }
  });

  test('runs and loads nothing: its one style is named by its digest', async () => {
    const { app } = openHouse({ explain: () => EXPLANATION });
    const response = await app.inject({ url: '/why/pypi/foo/2.0', headers: BROWSER });
    const style = /<style>([^]*?)<\/style>/.exec(response.body)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(response.headers['content-security-policy']).toMatch(/^default-src 'none'; /);
    expect(response.headers['content-security-policy']).toContain(`style-src 'sha256-${digest}'`);
    expect(response.headers['x-content-type-options']).toBe('nosniff');
    expect(response.body).not.toMatch(/<script|<link|<img| style=| on\w+=/i);
  });

  test.each([
    '<script>alert(1)</script>',
    '" onload="x',
    "' autofocus '",
    '&lt;b&gt;',
    '</style><b>',
  ])('shows %j as text wherever it stands', async (hostile) => {
    const finding = {
      ...DENIED,
      message: hostile,
      evidence: [hostile],
      policy: { file: hostile, line: 1, column: 1 },
    };
    const { app } = openHouse({
      explain: () => ({
        ...EXPLANATION,
        findings: [finding, { ...finding, effect: 'approve' }],
        advice: [hostile],
        artifacts: [
          {
            ...EXPLANATION.artifacts[0],
            findings: [{ ...finding, message: `${hostile}2` }],
          } as never,
        ],
      }),
    });
    const { body } = await app.inject({ url: '/why/pypi/foo/2.0', headers: BROWSER });
    expect(body).not.toContain(hostile);
    const plain = body.replaceAll(/&#(\d+);/g, (_, code: string) =>
      String.fromCodePoint(Number(code)),
    );
    expect(plain.split(hostile).length).toBeGreaterThanOrEqual(8);
  });

  test('shows what is to be typed as code, and a package of a channel as an entry has it', async () => {
    const { app } = openHouse({
      explain: () => ({
        ...EXPLANATION,
        ecosystem: 'conda',
        source: parseSourceId('forge'),
        advice: ['Type `approve "<foo>"` now.'],
      }),
    });
    const { body } = await app.inject({ url: '/why/pypi/foo', headers: BROWSER });
    expect(body).toContain('<li>Type <code>approve &#34;&#60;foo&#62;&#34;</code> now.</li>');
    expect(body).toContain('<h1>forge::foo 2.0</h1>');
  });

  test.each([
    ['approve', '1.4', 'foo 1.4 is approved and can be installed.'],
    ['review', '1.4', 'foo 1.4 is not served yet: a person has to look at it.'],
    ['approve', undefined, '1 version of foo is approved, 1.4.'],
    ['deny', undefined, 'foo is not approved, so it is not served.'],
  ] as const)('says %s of %s in words', async (verdict, version, sentence) => {
    const { version: _, ...whole } = EXPLANATION;
    const { app } = openHouse({
      explain: () => ({
        ...whole,
        verdict,
        artifacts: whole.artifacts.map((artifact) => ({ ...artifact, verdict })),
        ...(version === undefined ? {} : { version }),
      }),
    });
    const { body } = await app.inject({ url: '/why/pypi/foo', headers: BROWSER });
    expect(body).toContain(sentence);
    expect(body.includes('nearest approved version')).toBe(
      version !== undefined && verdict !== 'approve',
    );
  });
});

function artifactOf(version: string, verdict: Verdict, targets: readonly string[] = ['3.12/x']) {
  const filename = parseArtifactFilename(`foo-${version}-py3-none-any.whl`);
  const findings = verdict === 'approve' ? [] : [DENIED];
  const rest = { basis: 'metadata', admitted: false } as const;
  return { filename, sha256: HASH, version, verdict, findings, targets, ...rest };
}

async function pageOf(artifacts: Explanation['artifacts']): Promise<string> {
  const { version: _, ...whole } = EXPLANATION;
  const nearestTargets = ['3.12/x', '3.14/x'];
  const { app } = openHouse({
    explain: () => ({ ...whole, verdict: 'approve', findings: [], artifacts, nearestTargets }),
  });
  return (await app.inject({ url: '/why/pypi/foo', headers: BROWSER })).body;
}

describe('the page of a project', () => {
  test('counts what is approved, and leaves the version to pip', async () => {
    const body = await pageOf([
      artifactOf('1.5', 'deny'),
      artifactOf('1.4', 'approve'),
      artifactOf('1.4', 'approve'),
      artifactOf('1.3', 'approve'),
    ]);
    expect(body).toContain('2 versions of foo are approved, newest 1.4.');
    expect(body).toContain('Newest approved: 1.4 (Python 3.12, 3.14).');
    expect(body).toContain('<pre>pip install foo</pre>');
  });

  test('folds refused versions after ten, and shows nothing that fits no target', async () => {
    const refused = Array.from({ length: 12 }, (_, index) => artifactOf(`2.${20 - index}`, 'deny'));
    const body = await pageOf([
      artifactOf('3.0', 'deny', []),
      ...refused,
      artifactOf('1.4', 'approve'),
    ]);
    const [open = '', folded = ''] = body.split('<details>');
    expect(body).not.toContain('foo-3.0');
    expect(folded).toContain('2 more refused versions');
    expect(open).toContain('foo-2.11-');
    expect(open).not.toContain('foo-2.10-');
    expect(open).toContain('foo-1.4-');
    expect(folded).toContain('foo-2.10-');
    expect(folded).toContain('foo-2.9-');
  });
});

test('what is not known yet is not a refusal', async () => {
  const { app } = openHouse();
  const response = await app.inject('/why/pypi/foo');
  expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '2']);
});

test.each([
  ['/why/pypi/Foo_Bar', 'foo-bar'],
  ['/why/pypi/Foo?format=json', 'foo?format=json'],
  ['/why/pypi/Foo/2.0%2BCU121', '../foo/2.0%2Bcu121'],
])('%s is sent to its canonical address', async (url, location) => {
  const { app } = openHouse();
  const response = await app.inject(url);
  expect([response.statusCode, response.headers.location]).toEqual([301, location]);
});

test.each([
  '/why/pypi/-x',
  '/why/pypi/foo/not-a-version',
  '/why/pypi/foo/..%2f..%2fetc',
  '/why/pypi/foo/1.0%0d%0aX:y',
  '/why/pypi/foo/1.0/2',
  '/why/npm/foo',
  `/why/pypi/foo/${'1.'.repeat(200)}1`,
  '/why/pypi/foo/%3Cscript%3E',
])('%s is nothing, and nobody is asked', async (url) => {
  const { app, asked } = openHouse({ explain: () => EXPLANATION });
  const response = await app.inject({ url, headers: BROWSER });
  expect(response.statusCode).toBe(404);
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(asked).toEqual([]);
});
