import { z } from 'zod';

import { CONTENT_KEYS } from './content-keys.ts';
import { parseNamePattern, parsePackagePattern } from './pattern.ts';
import { contentEffect, distinct, parsed, prose, section } from './schema-parts.ts';
import { parseDigest, parsePublisher } from './values.ts';

/** The section `content`. */
export const content = section({
  startup: contentEffect.default('review').describe('Code that runs at every start of Python.'),
  notebook: contentEffect.default('review').describe('What Jupyter loads by itself.'),
  executables: contentEffect.default('allow').describe('Programs that are no commands of it.'),
  pickles: contentEffect.default('review').describe('Pickles that name what no list knows.'),
  secrets: contentEffect.default('review').describe('Keys and tokens that were left in it.'),
  obfuscation: contentEffect.default('review').describe('Code that hides what it does.'),
  drift: contentEffect
    .default('review')
    .describe('What the last approved release of the project did not have.'),
  build: contentEffect
    .default('review')
    .describe('Source distributions, which run code while they are installed.'),
  'link-scripts': contentEffect
    .default('review')
    .describe('What clients of conda packages run or obey by themselves.'),
  collisions: contentEffect
    .default('review')
    .describe('Modules and commands that another admitted project has.'),
  'install-probe': z
    .enum(['off', 'review', 'deny'])
    .default('off')
    .describe(
      'Whether a trial installation is wanted, and what it amounts to that one saw something.',
    ),
  known: z
    .array(
      section({
        rule: z.enum(CONTENT_KEYS),
        packages: distinct(parsed(parsePackagePattern)).min(1, 'at least one name is needed'),
        sha256: distinct(parsed(parseDigest))
          .optional()
          .describe('Only files with these digests; absent: whatever the packages have.'),
        reason: prose('What was looked at, and why it is fine.'),
      }),
    )
    .default([])
    .describe('What a person has looked at and found in order.'),
}).describe('What artifacts may hold.');

/** The section `integrity`. */
export const integrity = section({
  attestations: section({
    default: z
      .enum(['verify-if-present', 'off'])
      .default('verify-if-present')
      .describe('Whether attestations (PEP 740) are verified where upstream offers them.'),
    downgrade: contentEffect
      .default('deny')
      .describe('None, where an earlier approved release had one.'),
    'publisher-change': contentEffect
      .default('review')
      .describe('One of another publisher than that of the last approved release.'),
    require: z
      .array(
        section({
          packages: distinct(parsed(parseNamePattern)).min(1, 'at least one name is needed'),
          publishers: distinct(parsed(parsePublisher))
            .min(1, 'at least one publisher is needed')
            .optional()
            .describe(
              'Absent: any; else these only, like github:owner/name/.github/workflows/x.yml.',
            ),
        }),
      )
      .default([])
      .describe('Packages that come with a verified attestation or not at all.'),
  }).prefault({}),
}).describe('How artifacts prove where they are from.');
