import { array, constantFrom, sample } from 'fast-check';
import { expect, test } from 'vitest';

import { parseArtifactFilename } from '../../../src/ecosystems/pypi/filenames.ts';
import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import { renderProjectHtml } from '../../../src/ecosystems/pypi/render-html.ts';
import { parseSha256 } from '../../../src/model/sha256.ts';
import { askPython } from './pages-oracle.ts';

test('a page of 200 hostile texts has no element or attribute that was not written', () => {
  const fragments = constantFrom(
    '"',
    "'",
    '<',
    '>',
    '&',
    '</a>',
    '<script>alert(1)</script>',
    '" onmouseover="x',
    '--><img src=x>',
    '<!--',
    ']]>',
    '&quot;',
    '&#34;',
    '&#x3c;',
    '&lt',
    '\n',
    '\r\n',
    '\t',
    '\u202e',
    '\u2028',
    '\ufeff',
    'é',
    '日本',
    '💥',
    '`',
    '=',
    ' ',
    '{{x}}',
    '</title>',
  );
  const payloads = sample(array(fragments, { minLength: 1, maxLength: 6 }), {
    numRuns: 200,
    seed: 1,
  }).map((parts) => parts.join(''));
  const sha256 = parseSha256('ab'.repeat(32));
  const pages = payloads.map((payload) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      renderProjectHtml({
        project: parseProjectName('foo'),
        status: { status: 'deprecated', reason: payload },
        versions: ['1.0'],
        serial: 1,
        artifacts: [
          {
            filename: parseArtifactFilename(`foo-1.0<b>"&lt;'.whl`),
            url: `x?${payload}`,
            sha256,
            requiresPython: payload,
            yanked: payload,
          },
        ],
      }),
    ),
  );
  const answers = askPython(pages.map((page) => ['html', page]));
  for (const [index, payload] of payloads.entries()) {
    expect(answers[index]).toEqual([
      ['html', []],
      ['head', []],
      [
        'meta',
        [
          ['name', 'pypi:repository-version'],
          ['content', '1.4'],
        ],
      ],
      [
        'meta',
        [
          ['name', 'pypi:project-status'],
          ['content', 'deprecated'],
        ],
      ],
      [
        'meta',
        [
          ['name', 'pypi:project-status-reason'],
          ['content', payload],
        ],
      ],
      ['title', []],
      ['body', []],
      ['h1', []],
      [
        'a',
        [
          ['href', `x?${payload}#sha256=${sha256}`],
          ['data-requires-python', payload],
          ['data-yanked', payload],
        ],
      ],
      ['br', []],
    ]);
  }
});
