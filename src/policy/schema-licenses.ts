import { z } from 'zod';

import { parsePackagePattern } from './pattern.ts';
import {
  contentEffect,
  DATED,
  distinct,
  expression,
  license,
  parsed,
  projectName as name,
  prose,
  section,
  versions,
} from './schema-parts.ts';
import { parseDigest } from './values.ts';

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

/** The section `licenses`. */
export const licenses = section({
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
