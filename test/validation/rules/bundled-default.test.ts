import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { BundledComponent, LicenseText } from '../../../src/model/contents.ts';
import { loadPolicy } from '../../../src/policy/load.ts';
import { judge } from '../../../src/validation/judge.ts';
import { bundled } from '../../../src/validation/rules/bundled.ts';
import { digestOf, ruleInput } from '../../fixtures/rule-input.ts';

const text = readFileSync(join(import.meta.dirname, '../../../policy.yaml'), 'utf8');
const policy = loadPolicy({ text, file: 'policy.yaml' });

function library(name: string, ...declared: readonly string[]): BundledComponent {
  return { origin: 'library', path: `x.libs/${name}.so`, name, declared };
}

function listed(name: string, ...declared: readonly string[]): BundledComponent {
  return { origin: 'sbom', path: 'x-1.dist-info/sboms/x.json', name, declared };
}

function contains(...expressions: readonly string[]): LicenseText {
  const path = 'x-1.dist-info/licenses/LICENSE';
  return { path, sha256: digestOf('c'), match: 'contains', expressions };
}

interface Case {
  readonly project?: string;
  readonly components?: readonly BundledComponent[];
  readonly licenseTexts?: readonly LicenseText[];
}

const LGPL = 'LGPL version 2.1 or later';
const GPL_TEXT = 'GPL-3.0-or-later WITH GCC-exception-3.1';

/** As the wheels of these projects have them. */
test.each<[string, string, Case]>([
  [
    'numpy, its libraries and their texts',
    'approve',
    {
      components: [library('libgfortran'), library('libquadmath'), library('libscipy_openblas64_')],
      licenseTexts: [contains('BSD-3-Clause', 'BSD-3-Clause-Open-MPI', GPL_TEXT)],
    },
  ],
  [
    'cryptography, its crates and OpenSSL',
    'approve',
    {
      components: [
        listed('ahash', 'MIT OR Apache-2.0'),
        listed('unicode-ident', '(MIT OR Apache-2.0) AND Unicode-3.0'),
        { ...listed('openssl'), version: '4.0.3', purl: 'pkg:generic/openssl@4.0.3' },
      ],
    },
  ],
  [
    'opencv, an LGPL build of FFmpeg, and Qt',
    'approve',
    { components: [library('libavcodec', LGPL), library('libQt5Core'), library('libcrypto')] },
  ],
  [
    'pillow, and what its SBOM says is not there',
    'approve',
    {
      components: [
        { ...listed('libimagequant', 'GPL-3.0-or-later'), isOptional: true },
        listed('libjpeg / libjpeg-turbo', 'IJG', 'BSD-3-Clause'),
        library('libfreetype'),
      ],
    },
  ],
  ['matplotlib, fonts', 'approve', { licenseTexts: [contains('OFL-1.1', 'Bitstream-Vera')] }],
  ['torch, NVPL', 'approve', { project: 'torch', components: [library('libnvpl_blas_core')] }],
  ['something else, NVPL', 'review', { components: [library('libnvpl_blas_core')] }],
  ['av, x264', 'review', { components: [library('libavcodec', LGPL), library('libx264')] }],
  [
    'an FFmpeg of which nobody says how it was built',
    'review',
    { components: [library('ffmpeg')] },
  ],
  [
    'a GPL build of FFmpeg',
    'review',
    { components: [library('libavutil', 'GPL version 3 or later')] },
  ],
  ['the text of the plain GPL', 'review', { licenseTexts: [contains('MIT', 'GPL-3.0-only')] }],
])('by default, what bundles %s, is %s', (_, verdict, { project, ...contents }) => {
  const input = ruleInput({
    ...(project === undefined ? {} : { project, filename: `${project}-1-py3-none-any.whl` }),
    evidence: { contents: { components: [], unreadComponents: [], ...contents } },
    input: { policy },
  });
  expect(judge(input, 'contents', [bundled]).verdict).toBe(verdict);
});
