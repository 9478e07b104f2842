import { z } from 'zod';

import { parseExtra, parseShortEntry } from './entry.ts';
import { parseNamePattern } from './pattern.ts';
import { content, integrity } from './schema-contents.ts';
import { licenses } from './schema-licenses.ts';
import {
  DATED,
  projectName as name,
  distinct,
  parsed,
  prose,
  reservedList,
  reservedMap,
  section,
  versions,
} from './schema-parts.ts';
import {
  parseDuration,
  parsePlatform,
  parsePython,
  parseRuleId,
  parseRuleOrCode,
  parseSourceId,
  parseSourceUrl,
  parseSubdir,
  parseVirtualPackage,
  parseVirtualVersion,
} from './values.ts';

const allowOrDeny = z.enum(['allow', 'deny']);

const sources = z
  .record(
    parsed(parseSourceId),
    section({
      kind: z.enum(['pypi', 'conda']).describe("An index of PyPI's kind, or a conda channel."),
      url: parsed(parseSourceUrl)
        .optional()
        .describe('Absent: from the settings of the deployment.'),
      claims: distinct(parsed(parseNamePattern))
        .default([])
        .describe('Names that come from this source only, like acme-*.'),
      'min-age': parsed(parseDuration)
        .optional()
        .describe('In place of versions.min-age for what comes from here.'),
      'first-look': z
        .enum(['first-seen', 'builder-time'])
        .default('first-seen')
        .describe(
          'Of a conda channel without times of its own: builder-time lets what it had of a package when this mirror first looked count from when it was built.',
        ),
      hashes: z
        .enum(['required', 'first-seen'])
        .default('required')
        .describe(
          'first-seen: where the index gives no SHA-256, that of the bytes when they are first fetched counts.',
        ),
    }),
  )
  .refine((value) => Object.keys(value).length > 0, 'at least one source is needed')
  .prefault({ pypi: { kind: 'pypi' } })
  .describe('Where packages come from. Default: pypi.');

const targets = section({
  python: distinct(parsed(parsePython))
    .min(1, 'at least one Python version is needed')
    .describe('Python versions that notebooks run, like "3.12".'),
  platforms: distinct(parsed(parsePlatform))
    .min(1, 'at least one platform is needed')
    .describe('Platforms that notebooks run on, like manylinux_2_28_x86_64.'),
  conda: section({
    subdirs: distinct(parsed(parseSubdir))
      .min(1, 'at least one subdir is needed')
      .describe('Platforms as conda calls them, like linux-64; noarch belongs to each.'),
    virtual: z
      .record(parsed(parseVirtualPackage), parsed(parseVirtualVersion))
      .default({})
      .describe('Versions of virtual packages that the notebooks have, like glibc: "2.28".'),
  })
    .optional()
    .describe('The conda environments of the notebooks. Absent: none.'),
}).describe('The environments of the notebooks: each Python on each platform.');

const packages = section({
  allow: z
    .array(
      z.union([
        parsed(parseShortEntry),
        section({
          name,
          versions: versions().optional(),
          extras: distinct(parsed(parseExtra)).default([]),
          reason: prose('Why it is allowed.').optional(),
        }),
      ]),
    )
    .describe('What may be installed, like "numpy >=1.26,<3". Order does not matter.'),
  deny: z
    .array(
      z.union([
        parsed(parseShortEntry),
        section({
          name,
          versions: versions().optional(),
          reason: prose('Why it is denied; whoever asks for it reads this.'),
          instead: prose('What to use instead.').optional(),
        }),
      ]),
    )
    .default([])
    .describe('What may never be installed, as a dependency neither. Wins over allow.'),
}).describe('What is approved by name.');

const versionRules = section({
  'min-age': parsed(parseDuration)
    .prefault('7d')
    .describe('How long an artifact must have been public, like 7d or 12h.'),
  keep: z
    .int()
    .min(1, 'at least one version is kept')
    .max(1000, 'at most 1000 versions are kept')
    .default(5)
    .describe('How many of the newest versions are listed.'),
  prereleases: allowOrDeny.default('deny').describe('Alphas, betas, candidates and dev versions.'),
  yanked: allowOrDeny.default('deny').describe('What its authors took back.'),
  formats: section({
    wheel: allowOrDeny.default('allow'),
    sdist: allowOrDeny.default('deny').describe('Source code that runs while it is installed.'),
    conda: allowOrDeny.default('allow'),
    'tar-bz2': allowOrDeny.default('allow').describe("conda's older format."),
  }).prefault({}),
}).describe('Which versions of an allowed package are accepted.');

const dependencies = section({
  closure: z
    .enum(['follow', 'listed'])
    .default('listed')
    .describe(
      'follow: what an allowed package needs comes along. listed: each needs its own entry.',
    ),
  'direct-urls': allowOrDeny
    .default('deny')
    .describe('Requirements that name an address instead of versions.'),
}).describe('What an allowed package may bring along.');

const waiver = section({
  rule: parsed(parseRuleOrCode).describe('A finding code, or the id of a rule.'),
  name,
  versions: versions().optional(),
  ...DATED,
});

/** The policy file as it is written; parsing gives its values, read but without their places. */
export const policyFileSchema = section({
  version: z
    .literal(1, { error: 'this version knows version 1 of the policy language only' })
    .describe('The version of the policy language.'),
  sources,
  targets,
  packages,
  licenses: licenses.prefault({}),
  versions: versionRules.prefault({}),
  dependencies: dependencies.prefault({}),
  integrity: integrity.prefault({}),
  advisories: reservedMap(),
  content: content.prefault({}),
  denials: section({
    show: z
      .enum(['explain', 'strict', 'hide'])
      .default('explain')
      .describe('How refused versions are listed.'),
  })
    .prefault({})
    .describe('What a notebook sees of refusals.'),
  rules: z
    .record(parsed(parseRuleId), z.enum(['enforce', 'warn', 'audit']))
    .default({})
    .describe('Modes of single rules; a rule that is not named enforces.'),
  waivers: z.array(waiver).default([]).describe('Dated exceptions to single rules.'),
  profiles: reservedMap(),
  tests: reservedList(),
});

export type PolicyFile = z.output<typeof policyFileSchema>;
