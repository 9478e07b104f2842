/** A notice that says under which licence something is, without its text. */
export interface LicenseNotice {
  /** The ways to mean it. */
  readonly expressions: readonly string[];
  /** All other words. */
  readonly rest: readonly string[];
}

interface Phrase {
  readonly words: RegExp;
  readonly expressions: (
    match: readonly (string | undefined)[],
    after: string,
  ) => readonly string[];
}

const GNU_FAMILIES: Readonly<Record<string, string>> = {
  '': 'GPL',
  lesser: 'LGPL',
  library: 'LGPL',
  affero: 'AGPL',
};

// As the licences' own appendices tell authors to write them (`standardLicenseHeader` of the SPDX list), after
// `wordsOfText`.
const PHRASES: readonly Phrase[] = [
  {
    words:
      /\blicensed under the apache license version 2.0 the license you may not use (?:this|these) (?:file|files|work|software|library|code|project) except in compliance with the license you may obtain a copy of the license at(?: http www apache org licenses license 2.0)?(?: txt| html)?(?: unless required by applicable law or agreed to in writing software distributed under the license is distributed on an as is basis without warranties or conditions of any kind either express or implied see the license for the specific language governing permissions and limitations under the license)?/g,
    expressions: () => ['Apache-2.0'],
  },
  {
    words:
      /\b(?:this source code form|this file|this software|this package|it|this code|this work)? ?(?:contains a modified version of ca bundle crt)? ?is subject to the terms of the mozilla public license(?: v(?:ersion)?)? 2.0(?: if a copy of the mpl was not distributed with this file you can obtain one at)?(?: http)?(?: (?:www )?mozilla org mpl 2.0)?/g,
    expressions: () => ['MPL-2.0'],
  },
  {
    words:
      /\bfree software(?: you can)? redistribute it and or modify it under the terms of(?: version [123](?:\.[01])? of)? the gnu (lesser |library |affero )?general public license as published by the free software foundation (?:either )?version ([123](?:\.[01])?)(?: of the license)?( or at your option any later version)?/g,
    expressions: ([, kind = '', version = '', later], after) =>
      gnuExpression({ kind, version, later, after }),
  },
];

/** The notices among some words, in their order. */
export function findNotices(words: readonly string[]): readonly LicenseNotice[] {
  const text = words.join(' ');
  return PHRASES.flatMap(({ words: phrase, expressions }) =>
    [...text.matchAll(phrase)].map((match) => {
      const end = match.index + match[0].length;
      const rest = `${text.slice(0, match.index)} ${text.slice(end)}`;
      return {
        expressions: expressions(match, text.slice(end, end + NEAR)),
        rest: rest.split(' ').filter(Boolean),
      };
    }),
  );
}

/** As far as the exception may stand behind a notice of the GNU licences, in characters. */
const NEAR = 700;

function gnuExpression(notice: {
  readonly kind: string;
  readonly version: string;
  readonly later: string | undefined;
  readonly after: string;
}): readonly string[] {
  const family = GNU_FAMILIES[notice.kind.trim()] ?? 'GPL';
  const version = notice.version.includes('.') ? notice.version : `${notice.version}.0`;
  const id = `${family}-${version}-${notice.later === undefined ? 'only' : 'or-later'}`;
  const exception = /\bgcc runtime library exception\b/.test(notice.after);
  return [exception ? `${id} WITH GCC-exception-3.1` : id];
}
