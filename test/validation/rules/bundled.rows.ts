import type { BundledComponent, LicenseText, WheelContents } from '../../../src/model/contents.ts';
import { bundled } from '../../../src/validation/rules/bundled.ts';
import { digestOf } from '../../fixtures/rule-input.ts';
import type { Row, RuleTable, Said } from './table.ts';

const GCC = 'GPL-3.0-or-later WITH GCC-exception-3.1';
const NEITHER = 'neither licenses.allow nor licenses.bundled.allow';
const INFO = 'numpy-2.4.0.dist-info';

function library(name: string, more: Partial<BundledComponent> = {}): BundledComponent {
  return { origin: 'library', path: `numpy.libs/${name}.so`, name, declared: [], ...more };
}

function listed(name: string, ...declared: readonly string[]): BundledComponent {
  return { origin: 'sbom', path: `${INFO}/sboms/x.json`, name, declared };
}

const TOAD = 'numpy/_vendor/toad-1.0.dist-info';

function vendored(...declared: readonly string[]): BundledComponent {
  return { origin: 'vendored', path: `${TOAD}/METADATA`, name: 'toad', version: '1.0', declared };
}

function text(
  path: string,
  match: LicenseText['match'],
  ...expressions: readonly string[]
): LicenseText {
  return { path, sha256: digestOf('c'), match, expressions };
}

interface Case {
  readonly it: string;
  readonly components?: readonly BundledComponent[];
  readonly texts?: readonly LicenseText[];
  /** Of `licenses` in the policy, behind `allow`. */
  readonly licenses?: string;
  /** Own licence. */
  readonly own?: string;
  readonly finding?: string;
  /** Behind the name of the release. */
  readonly message?: string;
  readonly evidence?: readonly string[];
  readonly until?: string;
}

function row({ it, components = [], texts = [], licenses, own, ...said }: Case): Row {
  const section = `{ allow: [BSD-3-Clause, MIT]${licenses === undefined ? '' : `, ${licenses}`} }`;
  const contents: WheelContents = { components, unreadComponents: [], licenseTexts: texts };
  const { finding, message = '', evidence = [], until } = said;
  const says: readonly Said[] =
    finding === undefined
      ? []
      : [
          {
            finding,
            message: `numpy 2.4.0 ${message}`,
            evidence,
            line: `licenses: ${section}`,
            ...(until === undefined ? {} : { until }),
          },
        ];
  const metadata = own === undefined ? {} : { metadata: { licenseExpression: own } };
  return { it, of: { policy: { licenses: section }, evidence: { contents }, ...metadata }, says };
}

const GFORTRAN = {
  components: [library('libgfortran', { version: '5.0.0' })],
  evidence: [`"numpy.libs/libgfortran.so": "libgfortran 5.0.0": ${GCC} (table of libraries)`],
};
const GPL_TEXT = text(`${INFO}/licenses/LICENSE`, 'contains', 'BSD-3-Clause', 'GPL-3.0-only');
const GPL_SAID = {
  message: `carries texts of licences that ${NEITHER} lists, and nothing says of what: "${INFO}/licenses/LICENSE" (GPL-3.0-only, GPL-3.0-or-later)`,
  evidence: [
    `"${INFO}/licenses/LICENSE" (sha256 ${digestOf('c')}): GPL-3.0-only, GPL-3.0-or-later (contained text)`,
  ],
};
const FFMPEG = 'LGPL-2.1-or-later, LGPL-3.0-or-later, GPL-2.0-or-later, GPL-3.0-or-later';
const CLARIFY = 'name: numpy, expression: BSD-3-Clause, reason: read';

const COMPONENTS: readonly Case[] = [
  { it: 'says nothing of what packages themselves may have', components: [listed('a', 'MIT')] },
  {
    it: 'leaves a library under a licence that is not allowed to a person',
    ...GFORTRAN,
    finding: 'review bundled/not-allowed',
    message: `bundles what is under a licence that ${NEITHER} lists: "libgfortran" (${GCC})`,
  },
  {
    it: 'refuses it where the policy says so',
    ...GFORTRAN,
    licenses: 'bundled: { others: deny }',
    finding: 'deny bundled/not-allowed',
    message: `bundles what is under a licence that ${NEITHER} lists: "libgfortran" (${GCC})`,
  },
  {
    it: 'only reports it where the policy says so',
    ...GFORTRAN,
    licenses: 'bundled: { others: allow }',
    finding: 'approve bundled/not-allowed',
    message: `bundles what is under a licence that ${NEITHER} lists: "libgfortran" (${GCC})`,
  },
  {
    it: 'reports what only bundled components may have',
    ...GFORTRAN,
    licenses: `bundled: { allow: [${GCC}] }`,
    finding: 'approve bundled/allowed',
    message: `bundles what licenses.bundled.allow lists: "libgfortran" (${GCC})`,
  },
  {
    it: 'does not take the GPL for the GPL with an exception',
    components: [library('libx264')],
    licenses: `bundled: { allow: [${GCC}] }`,
    finding: 'review bundled/not-allowed',
    message: `bundles what is under a licence that ${NEITHER} lists: "libx264" (GPL-2.0-or-later)`,
    evidence: ['"numpy.libs/libx264.so": "libx264": GPL-2.0-or-later (table of libraries)'],
  },
  {
    it: 'accepts a grant until it ends',
    ...GFORTRAN,
    licenses: `grants: [{ expression: ${GCC}, packages: [num*], reason: read, approver: a, expires: 2026-12-31 }]`,
    finding: 'approve bundled/granted',
    message: `bundles what a grant allows it: "libgfortran" (${GCC})`,
    evidence: [...GFORTRAN.evidence, 'granted: read'],
    until: '2027-01-01T00:00:00.000Z',
  },
  {
    it: 'leaves to a person what may be under one that is not allowed',
    components: [library('libavcodec')],
    licenses: 'bundled: { allow: [LGPL-2.1-or-later], others: deny }',
    finding: 'review bundled/ambiguous',
    message: `bundles what may be under a licence that ${NEITHER} lists: "libavcodec" (${FFMPEG})`,
    evidence: [`"numpy.libs/libavcodec.so": "libavcodec": ${FFMPEG} (table of libraries)`],
  },
  {
    it: 'believes FFmpeg what it says of itself',
    components: [library('libavcodec', { declared: ['LGPL version 2.1 or later'] })],
    licenses: 'bundled: { allow: [LGPL-2.1-or-later] }',
    finding: 'approve bundled/allowed',
    message: 'bundles what licenses.bundled.allow lists: "libavcodec" (LGPL-2.1-or-later)',
    evidence: ['"numpy.libs/libavcodec.so": "libavcodec": LGPL-2.1-or-later (bytes)'],
  },
  {
    it: 'leaves words that no table knows to a person',
    components: [library('libavcodec', { declared: ['nonfree and unredistributable'] })],
    finding: 'review bundled/unread',
    message: 'bundles what is under a licence that no table knows: "libavcodec"',
    evidence: ['"numpy.libs/libavcodec.so": "libavcodec": bytes: "nonfree and unredistributable"'],
  },
  {
    it: 'accepts what a person has read of a component',
    components: [library('libavcodec', { declared: ['nonfree and unredistributable'] })],
    licenses: `bundled: { clarify: [{ ${CLARIFY}, component: LibAVcodec }] }`,
  },
  {
    it: 'takes a choice where one is allowed',
    components: [listed('a', 'MIT OR GPL-2.0-only'), listed('b', 'Zlib OR MIT')],
  },
  {
    it: 'takes several licences of an SBOM for all and for any of them',
    components: [listed('a', 'MIT', 'Zlib')],
    finding: 'review bundled/ambiguous',
    message: `bundles what may be under a licence that ${NEITHER} lists: "a" (MIT OR Zlib, MIT AND Zlib)`,
    evidence: [`"${INFO}/sboms/x.json": "a": MIT OR Zlib, MIT AND Zlib (SBOM)`],
  },
  {
    it: 'does not count what may mean very many things',
    components: [listed('a', 'BSD', 'BSD', 'BSD', 'BSD')],
    finding: 'review bundled/unread',
    message: 'bundles what is under a licence that no table knows: "a"',
    evidence: [`"${INFO}/sboms/x.json": "a": SBOM: "BSD, BSD, BSD, BSD"`],
  },
  {
    it: 'knows libraries that an SBOM names without their licence',
    components: [{ ...listed('openssl-libs'), version: '1.1.1k', purl: 'pkg:rpm/x/openssl-libs' }],
    finding: 'review bundled/not-allowed',
    message: `bundles what is under a licence that ${NEITHER} lists: "openssl-libs" (OpenSSL)`,
    evidence: [`"${INFO}/sboms/x.json": "openssl-libs 1.1.1k": OpenSSL (table of libraries)`],
  },
  {
    it: 'does not take a package of a language for the library that it wraps',
    components: [{ ...listed('x264'), purl: 'pkg:cargo/x264@1' }],
    finding: 'approve bundled/unknown',
    message: 'bundles what nothing says the licence of: "x264"',
    evidence: [`"${INFO}/sboms/x.json": "x264": the SBOM names no licence`],
  },
  {
    it: 'asks a person about what nothing says the licence of, where the policy says so',
    components: [library('libnewt')],
    licenses: 'bundled: { unknown: review }',
    finding: 'review bundled/unknown',
    message: 'bundles what nothing says the licence of: "libnewt"',
    evidence: ['"numpy.libs/libnewt.so": "libnewt": no table knows its name'],
  },
  {
    it: 'does not believe an SBOM that contradicts what is known',
    components: [listed('x264', 'MIT')],
    finding: 'review bundled/conflict',
    message: 'bundles what is said to be under different licences: "x264" (MIT, GPL-2.0-or-later)',
    evidence: [
      `"${INFO}/sboms/x.json": "x264": MIT, GPL-2.0-or-later (MIT in its SBOM, GPL-2.0-or-later in the table of libraries)`,
    ],
  },
  {
    it: 'reports a contradiction of which all is allowed',
    components: [listed('fribidi', 'MIT')],
    licenses: 'bundled: { allow: [LGPL-2.1-or-later] }',
    finding: 'approve bundled/conflict',
    message:
      'bundles what is said to be under different licences: "fribidi" (MIT, LGPL-2.1-or-later)',
    evidence: [
      `"${INFO}/sboms/x.json": "fribidi": MIT, LGPL-2.1-or-later (MIT in its SBOM, LGPL-2.1-or-later in the table of libraries)`,
    ],
  },
  {
    it: 'reports what an SBOM lists as not being there',
    components: [{ ...listed('libimagequant', 'GPL-3.0-or-later'), isOptional: true }],
    finding: 'approve bundled/optional',
    message: `could use, and does not bundle, what is under a licence that ${NEITHER} lists: "libimagequant" (GPL-3.0-or-later)`,
    evidence: [`"${INFO}/sboms/x.json": "libimagequant": GPL-3.0-or-later (SBOM)`],
  },
  { it: 'reads the METADATA of bundled distributions', components: [vendored('MIT')] },
  {
    it: 'leaves what their classifiers leave open to a person',
    components: [vendored('License :: OSI Approved :: BSD License')],
    finding: 'review bundled/ambiguous',
    message: `bundles what may be under a licence that ${NEITHER} lists: "toad" (BSD-1-Clause, BSD-2-Clause, BSD-3-Clause, BSD-4-Clause, 0BSD)`,
    evidence: [
      `"${TOAD}/METADATA": "toad 1.0": BSD-1-Clause, BSD-2-Clause, BSD-3-Clause, BSD-4-Clause, 0BSD (METADATA)`,
    ],
  },
  {
    it: 'lets their own texts settle it',
    components: [vendored('License :: OSI Approved :: BSD License')],
    texts: [text(`${TOAD}/LICENSE`, 'whole', 'BSD-3-Clause')],
  },
  {
    it: 'reports where their texts exclude their METADATA',
    components: [vendored('MIT')],
    texts: [text(`${TOAD}/licenses/LICENSE`, 'whole', 'Zlib')],
    finding: 'review bundled/conflict',
    message: 'bundles what is said to be under different licences: "toad" (MIT, Zlib)',
    evidence: [`"${TOAD}/METADATA": "toad 1.0": MIT, Zlib (METADATA and texts differ)`],
  },
];

const TEXTS: readonly Case[] = [
  {
    it: 'names the text of another licence among its own, and does not take it for its own',
    texts: [GPL_TEXT],
    finding: 'review bundled/text',
    ...GPL_SAID,
  },
  {
    it: 'does not refuse a text of nothing known for good',
    texts: [GPL_TEXT],
    licenses: 'bundled: { others: deny }',
    finding: 'review bundled/text',
    ...GPL_SAID,
  },
  {
    it: 'knows whose text it is where a component is under it',
    components: GFORTRAN.components,
    texts: [GPL_TEXT],
    licenses: `bundled: { allow: [${GCC}] }`,
    finding: 'approve bundled/allowed',
    message: `bundles what licenses.bundled.allow lists: "libgfortran" (${GCC})`,
    evidence: GFORTRAN.evidence,
  },
  {
    it: 'takes texts of what it is itself under for its own',
    texts: [GPL_TEXT, text(`${INFO}/licenses/LICENSES/GPL`, 'whole', 'GPL-3.0-only')],
    own: 'BSD-3-Clause OR GPL-3.0-or-later',
  },
  {
    it: 'takes them for those of others in the folders of its code',
    texts: [text('numpy/vendor/COPYING', 'whole', 'GPL-3.0-only', 'GPL-3.0-or-later')],
    own: 'BSD-3-Clause OR GPL-3.0-or-later',
    finding: 'review bundled/text',
    message: `carries texts of licences that ${NEITHER} lists, and nothing says of what: "numpy/vendor/COPYING" (GPL-3.0-only, GPL-3.0-or-later)`,
    evidence: [
      `"numpy/vendor/COPYING" (sha256 ${digestOf('c')}): GPL-3.0-only, GPL-3.0-or-later (its text)`,
    ],
  },
  {
    it: 'accepts what a person has read of a text',
    texts: [GPL_TEXT],
    licenses: `bundled: { clarify: [{ ${CLARIFY}, component: ${INFO}/licenses/LICENSE }] }`,
  },
  {
    it: 'says nothing of texts that are allowed, whole, or known to nobody',
    texts: [
      text(`${INFO}/licenses/LICENSE`, 'whole', 'GPL-3.0-only'),
      text('numpy/vendor/LICENSE', 'contains', 'MIT'),
      text('numpy/vendor/NOTICE', 'unknown'),
    ],
  },
];

function unreadRow(it: string, contents: WheelContents, reason: string): Row {
  return {
    it,
    of: { evidence: { contents: { components: [], ...contents } } },
    says: [
      {
        finding: 'review bundled/incomplete',
        message: `numpy 2.4.0 may bundle more than was read: ${reason}`,
        evidence: [reason],
        line: 'licenses: { allow: [BSD-3-Clause] }',
      },
    ],
  };
}

const UNKNOWN = {
  finding: 'deny bundled/incomplete',
  message: 'numpy 2.4.0 may bundle anything: its contents were not read for it',
};

export const bundledTable: RuleTable = {
  rule: bundled,
  rows: [
    { it: 'says nothing where nothing is bundled', of: {}, says: [] },
    ...COMPONENTS.map(row),
    ...TEXTS.map(row),
    unreadRow(
      'reports an SBOM that cannot be read',
      { unreadComponents: ['x/sboms/a.json'] },
      '"x/sboms/a.json" cannot be read',
    ),
    unreadRow(
      'reports a list that is cut',
      { components: Array.from({ length: 1000 }, (_, at) => listed(`a${at}`, 'BSD-3-Clause')) },
      'only 1000 components are listed',
    ),
    unreadRow(
      'reports texts that were not read',
      { licenseTexts: Array.from({ length: 300 }, () => text('a/LICENSE', 'unknown')) },
      'only 300 licence texts are read',
    ),
    {
      it: 'refuses what nobody has looked at',
      of: { evidence: { contents: {} } },
      says: [UNKNOWN],
    },
    { it: 'refuses what has no evidence', of: { absent: ['evidence'] }, says: [UNKNOWN] },
  ],
};
