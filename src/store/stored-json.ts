import { z } from 'zod';

import { GatehouseError } from '../model/errors.ts';
import { isSha256, type Sha256 } from '../model/sha256.ts';
import {
  type ArtifactFilename,
  isSourceId,
  type ProjectName,
  type SourceId,
} from '../model/subject.ts';

/** A kind of stored JSON object, and the one version of it that this program writes and reads. */
export interface StoredFormat<Value> {
  /** `gatehouse.records`: together with the version the value of the object's `format`. */
  readonly name: string;
  readonly version: number;
  readonly schema: z.ZodType<Value>;
}

/** The bytes to store; equal values give equal bytes. A value that could not be read back is `wrong-use`. */
export function encodeStored<Value>(format: StoredFormat<Value>, value: Value): Uint8Array {
  // What the schema gives has its keys in the schema's order, wherever the value came from.
  const parsed = format.schema.safeParse(value);
  if (!parsed.success) {
    throw new GatehouseError(
      'wrong-use',
      `not to be stored as ${nameOf(format)}: ${parsed.error.message}`,
    );
  }
  const content = { format: nameOf(format), content: parsed.data };
  return new TextEncoder().encode(`${JSON.stringify(content)}\n`);
}

/** Reads stored bytes; `place` says where they are from. Throws `store-too-new` and `store-corrupt`. */
export function decodeStored<Value>(
  format: StoredFormat<Value>,
  bytes: Uint8Array,
  place: string,
): Value {
  const json = parseJson(bytes);
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) throw corrupt(format, place);
  refuseNewer(format, envelope.data.format, place);
  const content = format.schema.safeParse(envelope.data.content);
  if (envelope.data.format !== nameOf(format) || !content.success) throw corrupt(format, place);
  return content.data;
}

const envelopeSchema = z.object({ format: z.string(), content: z.unknown() });

function refuseNewer(format: StoredFormat<unknown>, found: string, place: string): void {
  const [, name, version] = /^([a-z.-]+)\.v([1-9][0-9]{0,5})$/.exec(found) ?? [];
  if (name !== format.name || Number(version) <= format.version) return;
  throw new GatehouseError(
    'store-too-new',
    `stored in a newer format: ${place} has ${found}, this program knows ${nameOf(format)}`,
    { hint: `Use a Gatehouse that knows ${found}.`, data: { format: found } },
  );
}

function corrupt(format: StoredFormat<unknown>, place: string): GatehouseError {
  return new GatehouseError('store-corrupt', `cannot be read as ${nameOf(format)}: ${place}`, {
    hint: 'Restore it from a copy of the store.',
  });
}

function nameOf(format: StoredFormat<unknown>): string {
  return `${format.name}.v${format.version}`;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isProjectName(text: string): text is ProjectName {
  return /^[a-z0-9_][a-z0-9._-]{0,254}$/.test(text);
}

function isArtifactFilename(text: string): text is ArtifactFilename {
  return /^(?:[a-z0-9_-]{1,40}\/)?(?!\.)[ -$&-.0-[\]-~]{1,255}$/.test(text);
}

function nameSchema<Name extends string>(
  isName: (value: string) => value is Name,
): z.ZodType<Name> {
  return z.custom<Name>((value) => typeof value === 'string' && isName(value));
}

/** Schemas of the names that stored objects have in them; what they let through is safe, not more. */
export const storedNames: {
  readonly sha256: z.ZodType<Sha256>;
  readonly source: z.ZodType<SourceId>;
  readonly project: z.ZodType<ProjectName>;
  readonly filename: z.ZodType<ArtifactFilename>;
} = {
  sha256: nameSchema(isSha256),
  source: nameSchema(isSourceId),
  project: nameSchema(isProjectName),
  filename: nameSchema(isArtifactFilename),
};
