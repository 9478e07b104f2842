import { z } from 'zod';

import type { FindingCode } from '../model/decision.ts';
import { isSha256, type Sha256 } from '../model/sha256.ts';
import {
  isSourceId,
  type ArtifactFilename,
  type ProjectName,
  type SourceId,
} from '../model/subject.ts';
import type { LedgerEntry } from './entries.ts';

const sha256 = z.custom<Sha256>(isDigest);
const size = z.int().nonnegative();
const line = z.string().min(1);

const subject = z.strictObject({
  source: z.custom<SourceId>(isSource),
  project: z.custom<ProjectName>(isProject),
  filename: z.custom<ArtifactFilename>(isFilename),
  sha256,
});

/** What an admission's entry and its marker have in common. */
export const admissionFields = { subject, sizeBytes: size, evidence: sha256 };

const stamp = {
  v: z.literal(1),
  time: z.iso.datetime({ precision: 3 }),
  actor: line,
  batch: line,
};

/** What an entry looks like. Names were parsed before they were entered, so only their outline is checked. */
export const entrySchema: z.ZodType<LedgerEntry> = z.discriminatedUnion('kind', [
  z.strictObject({
    ...stamp,
    kind: z.literal('admission'),
    ...admissionFields,
    policy: sha256,
    revocations: z.exactOptional(sha256),
  }),
  z.strictObject({
    ...stamp,
    kind: z.literal('refusal'),
    subject,
    evidence: z.exactOptional(sha256),
    policy: sha256,
    codes: z.array(z.custom<FindingCode>(isCode)),
    withdrawn: z.exactOptional(sha256),
  }),
  z.strictObject({
    ...stamp,
    kind: z.literal('policy'),
    policy: sha256,
    previous: z.exactOptional(sha256),
  }),
  z.strictObject({
    ...stamp,
    kind: z.literal('revocations'),
    revocations: sha256,
    added: z.exactOptional(z.string()),
  }),
  z.strictObject({
    ...stamp,
    kind: z.literal('catalogue'),
    profile: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    catalogue: sha256,
    policy: sha256,
    asOf: z.int(),
    complete: z.boolean(),
    projects: size,
    withdrawn: z.exactOptional(sha256),
  }),
  z.strictObject({ ...stamp, kind: z.literal('access'), segment: line, sha256, count: size }),
  z.strictObject({ ...stamp, kind: z.literal('start'), configuration: sha256, version: line }),
]);

function isDigest(value: unknown): value is Sha256 {
  return typeof value === 'string' && isSha256(value);
}

function isSource(value: unknown): value is SourceId {
  return typeof value === 'string' && isSourceId(value);
}

function isProject(value: unknown): value is ProjectName {
  return typeof value === 'string' && /^[A-Za-z0-9._-]{1,214}$/.test(value);
}

function isFilename(value: unknown): value is ArtifactFilename {
  return typeof value === 'string' && /^(?:[a-z0-9-]+\/)?[ -.0-~]{1,255}$/.test(value);
}

function isCode(value: unknown): value is FindingCode {
  return typeof value === 'string' && /^[a-z0-9-]+\/[a-z0-9-]+$/.test(value);
}
