import { z } from 'zod';

import { policyFileSchema } from './schema.ts';

/** The JSON Schema (2020-12) of the file for editors; `schemas/policy.schema.json` is this, written out. */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
  return { title: 'Gatehouse policy', ...z.toJSONSchema(policyFileSchema, { io: 'input' }) };
}
