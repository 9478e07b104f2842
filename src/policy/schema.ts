import { z } from 'zod';

import { CONTENT_KEYS } from './content-keys.ts';
import { parseExtra, parseName, parseShortEntry } from './entry.ts';
import { parseNamePattern, parsePackagePattern } from './pattern.ts';
import {
  DATED,
  distinct,
  expression,
  license,
  parsed,
  prose,
  reservedList,
  reservedMap,
  section,
  versions,
} from './schema-parts.ts';
import {
  parseDigest,
  parseDuration,
  parsePlatform,
  parsePublisher,
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

const name = parsed(parseName).describe(
  'A project of PyPI, in any spelling, or a package of a conda channel, like conda-forge::numpy.',
);

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

const contentEffect = z.enum(['allow', 'review', 'deny']);

const bundled = section({
  allow: z
    .array(license())
    .default([])
    .describe('Licences that bundled components may have besides those of licenses.allow.'),
  others: contentEffect.default('review').describe('A component under any other licence.'),
  unknown: contentEffect
    .default('allow')
    .describe('A component of which nothing says the licence.'),
  clarify: z
    .array(
      section({
        name,
        versions: versions().optional(),
        component: prose(
          'The component, or the path of the licence text, as the finding names it.',
        ),
        expression: expression(),
        reason: prose('What was read, and by whom.'),
      }),
    )
    .default([])
    .describe('Licences of components that a person has read.'),
}).describe('What artifacts may bundle of others.');

const licenses = section({
  allow: z.array(license()).default([]).describe('SPDX ids of the licences that are accepted.'),
  'exceptions-are-permissive': z
    .boolean()
    .default(false)
    .describe('Whether allowing X allows X WITH any exception that SPDX lists.'),
  grants: z
    .array(
      section({
        expression: license(),
        packages: distinct(parsed(parsePackagePattern)).min(1, 'at least one name is needed'),
        ...DATED,
      }),
    )
    .default([])
    .describe('Licences that are accepted for some packages only, for a while.'),
  clarify: z
    .array(
      section({
        name,
        versions: versions().optional(),
        expression: expression(),
        text: parsed(parseDigest)
          .optional()
          .describe('SHA-256 of the licence file that was read; another text makes it void.'),
        reason: prose('What was read, and by whom.'),
      }),
    )
    .default([])
    .describe('Licences that a person has read where metadata is unclear.'),
  bundled: bundled.prefault({}),
}).describe('Which licences are accepted.');

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

const content = section({
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

const integrity = section({
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
