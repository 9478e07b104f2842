import { describe, expect, test } from 'vitest';

import { listHtmlTags } from '../../../src/ecosystems/pypi/html-tags.ts';
import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import { parseSimpleHtml } from '../../../src/ecosystems/pypi/simple-html.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';

const HASH = 'ab'.repeat(32);
const OTHER_HASH = 'cd'.repeat(32);
const ARTIFACT = {
  filename: 'foo-1.0.tar.gz',
  url: 'https://index.test/f/foo-1.0.tar.gz',
  sha256: HASH,
};

function read(html: string) {
  return parseSimpleHtml(html, {
    project: parseProjectName('foo'),
    baseUrl: 'https://user:secret@index.test/simple/foo/',
  });
}

function anchor(attributes: string) {
  return `<a href="/f/foo-1.0.tar.gz#sha256=${HASH}" ${attributes}>foo-1.0.tar.gz</a>`;
}

describe('an HTML page', () => {
  test('is read with everything an index says', () => {
    expect(
      read(`<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.4">
    <meta name="pypi:project-status" content="deprecated">
    <meta name="pypi:project-status-reason" content="use &quot;bar&quot;">
    <title>Links for <a href="x.whl"> foo</title>
  </head>
  <body>
    <h1>Links for foo</h1>
    <a href="https://files.test/ab/foo-1.0-py3-none-any.whl#sha256=${HASH}" data-requires-python="&gt;=3.8" data-dist-info-metadata="sha256=${OTHER_HASH}" data-core-metadata="sha256=${OTHER_HASH}" data-yanked="a &lt;b&gt; &amp;amp; c" data-size="12" data-upload-time="2024-06-16T12:00:00Z" >foo-1.0-py3-none-any.whl</a><br />
    <a href="../../f/foo-1.0.tar.gz#sha256=${HASH}">foo-1.0.tar.gz</a><br />
</body>
</html>
<!--SERIAL 123-->
`),
    ).toStrictEqual({
      project: 'foo',
      status: { status: 'deprecated', reason: 'use "bar"' },
      artifacts: [
        {
          filename: 'foo-1.0-py3-none-any.whl',
          url: 'https://files.test/ab/foo-1.0-py3-none-any.whl',
          sha256: HASH,
          sizeBytes: 12,
          uploadTime: '2024-06-16T12:00:00Z',
          requiresPython: '>=3.8',
          yanked: { reason: 'a <b> &amp; c' },
          sidecar: { sha256: OTHER_HASH },
        },
        ARTIFACT,
      ],
      unreadable: [],
    });
  });

  test.each([
    ['no attributes', '', {}],
    ['an empty yank', 'data-yanked', { yanked: { reason: '' } }],
    ['an empty quoted yank', 'data-yanked=""', { yanked: { reason: '' } }],
    ['single quotes', `data-yanked='a "b"'`, { yanked: { reason: 'a "b"' } }],
    ['no quotes', 'data-yanked=a/b', { yanked: { reason: 'a/b' } }],
    ['upper case', 'DATA-YANKED="Broken"', { yanked: { reason: 'Broken' } }],
    ['an attribute twice', 'data-yanked=a data-yanked=b', { yanked: { reason: 'a' } }],
    ['blanks around the sign', 'data-yanked \n=\t"a"', { yanked: { reason: 'a' } }],
    [
      'an angle bracket in quotes',
      'data-yanked="<a href=x.whl>"',
      { yanked: { reason: '<a href=x.whl>' } },
    ],
    ['no blank between attributes', 'rel="x"data-yanked="a"', { yanked: { reason: 'a' } }],
    [
      'numbers for characters',
      'data-requires-python="&#62;&#x3D;3&#0;"',
      { requiresPython: '>=3\ufffd' },
    ],
    [
      'references it does not know',
      'data-yanked="&copy;&foo;&lt=&#1114112;&"',
      { yanked: { reason: '&copy;&foo;&lt=\ufffd&' } },
    ],
    ['metadata without hash', 'data-core-metadata="true"', { sidecar: {} }],
    ['metadata without value', 'data-core-metadata', { sidecar: {} }],
    ['no metadata', 'data-core-metadata="false"', {}],
    [
      'metadata of the old name',
      `data-dist-info-metadata="sha256=${OTHER_HASH}"`,
      { sidecar: { sha256: OTHER_HASH } },
    ],
    [
      'metadata of two names',
      `data-dist-info-metadata="true" data-core-metadata="sha256=${OTHER_HASH}"`,
      { sidecar: { sha256: OTHER_HASH } },
    ],
    [
      'attestations',
      'data-provenance="https://index.test/integrity/foo"',
      { provenance: 'https://index.test/integrity/foo' },
    ],
    ['attestations at no address', 'data-provenance="javascript:a"', {}],
    ['a bad size', 'data-size="0x10"', {}],
    ['a bad time', 'data-upload-time="yesterday"', {}],
    ['an attribute of every object', '__proto__="x" constructor', {}],
  ])('may have an anchor with %s', (_, attributes, expected) => {
    const page = read(anchor(attributes));
    expect(page.artifacts).toStrictEqual([{ ...ARTIFACT, ...expected }]);
    expect(page.unreadable).toEqual([]);
  });

  test.each([
    [
      'before the anchors',
      '<base href="https://files.test/x/"><a href="foo-1.zip">',
      'https://files.test/x/foo-1.zip',
    ],
    [
      'after the anchors',
      '<a href="foo-1.zip"><base href="https://files.test/x/">',
      'https://files.test/x/foo-1.zip',
    ],
    [
      'of which the first counts',
      '<base><base href="/a/"><base href="/b/"><a href="foo-1.zip">',
      'https://index.test/a/foo-1.zip',
    ],
    [
      'in a comment',
      '<!-- <base href="/a/"> --><a href="foo-1.zip">',
      'https://index.test/simple/foo/foo-1.zip',
    ],
  ])('may have a base %s', (_, html, url) => {
    expect(read(html).artifacts).toEqual([{ filename: 'foo-1.zip', url }]);
  });

  test.each([
    [
      'a hash among others',
      `foo-1.zip#egg=foo&sha256=${HASH}`,
      { filename: 'foo-1.zip', sha256: HASH },
    ],
    ['an MD5', 'foo-1.zip#md5=abcd', { filename: 'foo-1.zip' }],
    ['blanks around it', ' foo-1.zip\n', { filename: 'foo-1.zip' }],
    ['a query', 'foo-1.zip?token=/a', { filename: 'foo-1.zip' }],
    ['an encoded plus', 'foo-1%2Bcpu.zip', { filename: 'foo-1+cpu.zip' }],
  ])('takes the name from an address with %s', (_, href, expected) => {
    const page = read(`<a href="${href}">another text</a>`);
    const { url: _url, ...rest } = page.artifacts[0] ?? { url: '' };
    expect(rest).toEqual(expected);
  });

  test.each([
    [
      'links to folders',
      '<a href="../">..</a><a href="">x</a><a href="#top">top</a><a href="?C=N">Name</a>',
      [],
    ],
    ['anchors without address', '<a name="top">top</a>', []],
    [
      'bad names',
      '<a href="%2e%2e%2fx">x</a><a href=".x">x</a><a href="%zz">x</a>',
      ['../x', '.x', '%zz'],
    ],
    [
      'bad addresses',
      '<a href="mailto:me@foo.test">x</a><a href="javascript:void(0)">x</a>',
      ['mailto:me@foo.test', 'javascript:void(0)'],
    ],
  ])('passes over %s', (_, html, unreadable) => {
    expect(read(html)).toEqual({ project: 'foo', artifacts: [], unreadable });
  });

  test.each([
    ['is empty', '', 'no element'],
    ['is JSON', '{"name": "foo"}', 'no element'],
    ['is of version 2', '<meta name="pypi:repository-version" content="2.0">', '1.x, got: "2.0"'],
    ['has an empty version', '<meta name="pypi:repository-version">', '1.x, got: ""'],
    ['has a script for a base', '<base href="javascript:x">', '<base>'],
    ['has too many anchors', '<a href=x>'.repeat(200_001), 'at most 200000'],
  ])('that %s is refused', (_, html, message) => {
    expect(() => read(html)).toThrow(
      expect.toSatisfy(
        (error) => isGatehouseError(error, 'invalid-page') && error.message.includes(message),
      ),
    );
  });
});

describe('the tags of a document', () => {
  test.each([
    ['text', 'a < b <3 <', []],
    ['end tags', '<b></b><br/>', ['b', 'br']],
    ['comments', '<!--><i>--><b><!-- <i> --!><b><!-- <i>', ['i', 'b', 'b']],
    ['declarations', '<!DOCTYPE html><?xml x="1"?><![CDATA[x]]><b>', ['b']],
    ['scripts', '<script>"<b>"</scripty></script ><i><SCRIPT></script>', ['script', 'i', 'script']],
    [
      'titles and styles',
      '<title><b></title><style><b></style><textarea><b>',
      ['title', 'style', 'textarea'],
    ],
    ['tags cut off by the end', '<b><i class="x', ['b']],
    ['tags cut off in a quote', `<b><i class="x><i>'`, ['b']],
    ['tags cut off after a sign', '<b><i class=', ['b']],
    ['names that are longer in lower case', '<aİİ><b>', ['ai̇i̇', 'b']],
    ['stray signs and slashes', '<b / =x y= ><i/>', ['b', 'i']],
  ])('are found among %s', (_, html, names) => {
    expect([...listHtmlTags(html)].map(({ name }) => name)).toEqual(names);
  });

  test.each([
    '<',
    '<!',
    '<!--',
    '<!-- -',
    '</',
    '<a ',
    '<a x',
    '<a x=',
    '<a x="',
    "<a x='",
    '<script>',
    '<title></',
    '&',
    '<a x="&',
    '<a x="&#',
    ' ',
    '=',
    '"',
    '<a ====',
    '<a x=y',
  ])('are found in linear time in 2 MB of %j', (piece) => {
    const html = piece.repeat(2_000_000 / piece.length);
    const started = performance.now();
    const tags = [...listHtmlTags(html)];
    expect(tags.length).toBeLessThan(1_000_000);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
