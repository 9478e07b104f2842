import { describe, expect, test } from 'vitest';

import { parseArtifactFilename } from '../../../src/ecosystems/pypi/filenames.ts';
import { listHtmlTags } from '../../../src/ecosystems/pypi/html-tags.ts';
import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import { renderProjectHtml, renderRootHtml } from '../../../src/ecosystems/pypi/render-html.ts';
import { renderProjectJson, renderRootJson } from '../../../src/ecosystems/pypi/render-json.ts';
import { parseSimpleHtml } from '../../../src/ecosystems/pypi/simple-html.ts';
import { parseSimpleJson } from '../../../src/ecosystems/pypi/simple-json.ts';
import type { SimplePage } from '../../../src/ecosystems/pypi/simple-page.ts';
import { parseSha256 } from '../../../src/model/sha256.ts';

const HASH = parseSha256('ab'.repeat(32));
const OTHER_HASH = parseSha256('cd'.repeat(32));
const WHEEL = parseArtifactFilename('foo-1.0+cpu-py3-none-any.whl');
const SDIST = parseArtifactFilename('foo-0.9.tar.gz');

const PAGE: SimplePage = {
  project: parseProjectName('foo'),
  status: { status: 'deprecated', reason: 'use "bar" & <baz>' },
  versions: ['0.9', '1.0+cpu'],
  serial: 42,
  artifacts: [
    {
      filename: WHEEL,
      url: `../../files/foo/${HASH}/foo-1.0%2Bcpu-py3-none-any.whl`,
      sha256: HASH,
      sizeBytes: 1234,
      uploadTime: '2024-06-16T12:00:00.123456Z',
      requiresPython: '>=3.8,',
      yanked: "it's <broken>",
      metadataSha256: OTHER_HASH,
      provenance: `https://mirror.test/pypi/files/foo/${HASH}/a.whl.provenance`,
    },
    { filename: SDIST, url: `../../files/foo/${HASH}/${SDIST}`, sha256: HASH, sizeBytes: 5 },
  ],
};

const CONTEXT = { project: PAGE.project, baseUrl: 'https://mirror.test/pypi/simple/foo/' };

function text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

describe('a page written as JSON', () => {
  test('has the keys of API version 1.4 and no others', () => {
    expect(JSON.parse(text(renderProjectJson(PAGE)))).toStrictEqual({
      meta: { '_last-serial': 42, 'api-version': '1.4' },
      name: 'foo',
      'project-status': { status: 'deprecated', reason: 'use "bar" & <baz>' },
      versions: ['0.9', '1.0+cpu'],
      files: [
        {
          filename: WHEEL,
          url: `../../files/foo/${HASH}/foo-1.0%2Bcpu-py3-none-any.whl`,
          hashes: { sha256: HASH },
          'requires-python': '>=3.8,',
          'core-metadata': { sha256: OTHER_HASH },
          size: 1234,
          'upload-time': '2024-06-16T12:00:00.123456Z',
          yanked: "it's <broken>",
          provenance: `https://mirror.test/pypi/files/foo/${HASH}/a.whl.provenance`,
        },
        {
          filename: SDIST,
          url: `../../files/foo/${HASH}/${SDIST}`,
          hashes: { sha256: HASH },
          size: 5,
        },
      ],
    });
  });

  test('without a size is of API version 1.0: from 1.1 on each file must have one', () => {
    const [wheel, sdist] = PAGE.artifacts;
    if (wheel === undefined || sdist === undefined) throw new Error('the page has two files');
    const { sizeBytes: _, ...sizeless } = sdist;
    const page = JSON.parse(text(renderProjectJson({ ...PAGE, artifacts: [wheel, sizeless] })));
    expect(page.meta).toEqual({ '_last-serial': 42, 'api-version': '1.0' });
    expect(page.files[1]).not.toHaveProperty('size');
  });

  test('says true, not an empty text, of a yank without reason', () => {
    const artifacts = PAGE.artifacts.map((artifact) => ({ ...artifact, yanked: '' }));
    const json = text(renderProjectJson({ ...PAGE, artifacts }));
    expect(json.match(/"yanked":[^,}]*/g)).toEqual(['"yanked":true', '"yanked":true']);
  });

  test('never has what breaks a client', () => {
    const json = text(renderProjectJson(PAGE));
    for (const trap of ['null', 'dist-info-metadata', '"yanked":""'])
      expect(json).not.toContain(trap);
  });

  test('lists the projects with a serial each', () => {
    const projects = [parseProjectName('bar'), parseProjectName('foo')];
    expect(JSON.parse(text(renderRootJson({ projects, serial: 7 })))).toEqual({
      meta: { '_last-serial': 7, 'api-version': '1.4' },
      projects: [
        { '_last-serial': 7, name: 'bar' },
        { '_last-serial': 7, name: 'foo' },
      ],
    });
  });
});

describe('a page written as HTML', () => {
  test('is the document that patterns of scripts expect', () => {
    expect(text(renderProjectHtml(PAGE))).toBe(`<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.4">
    <meta name="pypi:project-status" content="deprecated">
    <meta name="pypi:project-status-reason" content="use &quot;bar&quot; &amp; &lt;baz&gt;">
    <title>Links for foo</title>
  </head>
  <body>
    <h1>Links for foo</h1>
<a href="../../files/foo/${HASH}/foo-1.0%2Bcpu-py3-none-any.whl#sha256=${HASH}" data-requires-python="&gt;=3.8," data-dist-info-metadata="sha256=${OTHER_HASH}" data-core-metadata="sha256=${OTHER_HASH}" data-yanked="it&#39;s &lt;broken&gt;" data-size="1234" data-upload-time="2024-06-16T12:00:00.123456Z" data-provenance="https://mirror.test/pypi/files/foo/${HASH}/a.whl.provenance">foo-1.0+cpu-py3-none-any.whl</a><br />
<a href="../../files/foo/${HASH}/foo-0.9.tar.gz#sha256=${HASH}" data-size="5">foo-0.9.tar.gz</a><br />
  </body>
</html>
<!--SERIAL 42-->
`);
  });

  test('lists the projects', () => {
    const html = text(renderRootHtml({ projects: [parseProjectName('foo-bar')], serial: 7 }));
    expect(html).toContain('\n<a href="foo-bar/">foo-bar</a><br />\n');
    expect(html).toContain('<meta name="pypi:repository-version" content="1.4">');
  });

  test.each([
    '"><script>alert(1)</script>',
    "' onmouseover='x",
    '</a><img src=x onerror=x>',
    '-->',
    '&quot;&#34;&amp;lt;',
    'two\r\nlines\tand a tab',
    '\u202egnp.exe',
    '日本 💥',
  ])('keeps %j a text', (hostile) => {
    const page = hostilePage(hostile);
    const html = text(renderProjectHtml(page));
    expect([...listHtmlTags(html)].map(({ name }) => name)).toEqual([
      'html',
      'head',
      'meta',
      'meta',
      'meta',
      'title',
      'body',
      'h1',
      'a',
      'br',
    ]);
    expect(html.match(/^<a .*<\/a><br \/>$/gm)).toHaveLength(1);
    expect(parseSimpleHtml(html, CONTEXT)).toMatchObject({
      status: { reason: hostile },
      artifacts: [{ requiresPython: hostile, yanked: { reason: hostile } }],
    });
  });

  test('writes control characters that HTML cannot as a replacement', () => {
    const html = text(renderProjectHtml(hostilePage('a\0b\x1bc\x9fd')));
    expect(html).toContain('data-yanked="a\ufffdb\ufffdc\ufffdd"');
  });
});

test('both ways of writing a page say the same, and equal pages give equal bytes', () => {
  const json = renderProjectJson(PAGE);
  const html = renderProjectHtml(PAGE);
  expect(parseSimpleHtml(text(html), CONTEXT)).toEqual(parseSimpleJson(json, CONTEXT));
  expect(renderProjectJson(structuredClone(PAGE))).toEqual(json);
  expect(renderProjectHtml(structuredClone(PAGE))).toEqual(html);
});

function hostilePage(hostile: string): SimplePage {
  return {
    ...PAGE,
    status: { status: 'archived', reason: hostile },
    artifacts: [
      { filename: SDIST, url: SDIST, sha256: HASH, requiresPython: hostile, yanked: hostile },
    ],
  };
}
