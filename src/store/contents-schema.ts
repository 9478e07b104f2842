import { z } from 'zod';

import type { WheelContents } from '../model/contents.ts';

const texts = z.array(z.string());

function listOf<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.array(z.object(shape)).exactOptional();
}

const sightings = listOf({ path: z.string(), kind: z.string() });

/** Licence texts as evidence and provisional metadata store them. */
export const licenseTextsSchema = listOf({
  path: z.string(),
  sha256: z.string(),
  // Extractor 2 only took digests.
  match: z.enum(['whole', 'contains', 'unknown']).default('unknown'),
  expressions: texts.default([]),
});

/** The contents of a wheel as evidence stores them. */
export const contentsSchema: z.ZodType<WheelContents> = z.object({
  record: listOf({
    path: z.string(),
    fault: z.enum(['hash', 'size', 'weak-hash', 'no-hash']),
  }),
  licenseTexts: licenseTextsSchema,
  startup: listOf({
    path: z.string(),
    kind: z.enum(['pth-import', 'start-file', 'sitecustomize', 'usercustomize']),
    sha256: z.string(),
    lines: texts,
  }),
  notebook: texts.exactOptional(),
  modules: texts.exactOptional(),
  owned: texts.exactOptional(),
  commands: texts.exactOptional(),
  layout: listOf({
    path: z.string(),
    fault: z.enum([
      'data-key',
      'environment-file',
      'other-metadata',
      'entry-points-unreadable',
      'entry-point-name',
      'script-name',
      'interpreter-name',
    ]),
    value: z.string(),
  }),
  executables: listOf({
    path: z.string(),
    format: z.enum(['elf', 'pe', 'mach-o', 'script']),
    sha256: z.string(),
  }),
  libraries: listOf({ path: z.string(), format: z.enum(['elf', 'pe', 'mach-o']) }),
  pickles: listOf({
    path: z.string(),
    outcome: z.enum(['unlisted', 'unreadable']),
    names: texts,
  }),
  secrets: sightings,
  obfuscation: sightings,
  linkScripts: listOf({
    path: z.string(),
    kind: z.enum(['link', 'activate', 'variables', 'menu', 'settings']),
    sha256: z.string(),
  }),
  buildScripts: listOf({
    kind: z.enum(['setup-py', 'backend', 'in-tree-backend', 'requirement']),
    value: z.string(),
  }),
  components: listOf({
    origin: z.enum(['library', 'vendored', 'sbom']),
    path: z.string(),
    name: z.string(),
    version: z.string().exactOptional(),
    purl: z.string().exactOptional(),
    declared: texts,
    isOptional: z.literal(true).exactOptional(),
  }),
  unreadComponents: texts.exactOptional(),
});
