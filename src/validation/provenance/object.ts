import { z } from 'zod';

import type { RefusedProvenance } from '../../model/provenance.ts';
import { refused } from './refused.ts';

/** One attestation as the object has it; nothing in it is verified. */
export type StatedAttestation = z.output<typeof attestationSchema>;

/** Who published, by the word of the index. */
export type StatedPublisher = z.output<typeof publisherSchema>;

/** Every attestation of the object, with the publisher of its bundle. */
export interface StatedProvenance {
  readonly attestations: readonly {
    readonly publisher: StatedPublisher;
    readonly attestation: StatedAttestation;
  }[];
}

/** Verifying one takes ten milliseconds; real objects have one or two. */
const ATTESTATIONS_AT_MOST = 20;

/** Reads a provenance object as PEP 740 has it. */
export function readProvenance(bytes: Uint8Array): StatedProvenance | RefusedProvenance {
  const parsed = provenanceSchema.safeParse(parseJson(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    return refused('malformed', `not a provenance object: ${where} ${issue?.message ?? ''}`);
  }
  const attestations = parsed.data.attestation_bundles.flatMap((bundle) =>
    bundle.attestations.map((attestation) => ({ publisher: bundle.publisher, attestation })),
  );
  if (attestations.length === 0) return refused('malformed', 'there is no attestation in it');
  if (attestations.length > ATTESTATIONS_AT_MOST) {
    const most = `at most ${ATTESTATIONS_AT_MOST} are read`;
    return refused('malformed', `there are ${attestations.length} attestations in it, ${most}`);
  }
  return { attestations };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

const attestationSchema = z.object({
  version: z.literal(1),
  verification_material: z.object({
    certificate: z.base64(),
    transparency_entries: z.array(z.looseObject({})).min(1).max(5),
  }),
  envelope: z.object({ statement: z.base64(), signature: z.base64() }),
});

const text = z.string().min(1).max(500);

/** Other keys are for other readers; another kind is kept, to be refused by its name. */
const publisherSchema = z.union([
  z.object({ kind: z.literal('GitHub'), repository: text, workflow: text }),
  z.object({ kind: z.literal('GitLab'), repository: text, workflow_filepath: text }),
  z.object({
    kind: z.literal('CircleCI'),
    project_id: text,
    pipeline_definition_id: text,
    vcs_origin: text.nullish(),
    vcs_ref: text.nullish(),
  }),
  z.object({ kind: z.literal('Google'), email: text }),
  z.object({ kind: text }).transform(({ kind }) => ({ kind: 'other' as const, name: kind })),
]);

const provenanceSchema = z.object({
  version: z.literal(1),
  attestation_bundles: z.array(
    z.object({ publisher: publisherSchema, attestations: z.array(attestationSchema) }),
  ),
});
