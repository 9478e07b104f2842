import type { MetadataFact, SdistEvidence, WheelEvidence } from '../../model/evidence.ts';
import type { ArtifactRecord } from '../../model/record.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** One file name, one SHA-256: of the index, of the bytes, and the first seen. */
export const hash: Rule = {
  id: 'hash',
  stage: 'record',
  codes: [
    {
      code: 'hash/missing',
      meaning: 'The index gives no SHA-256 for it.',
      unwaivable: true,
    },
    {
      code: 'hash/changed',
      meaning:
        'Upstream later offered other bytes under this file name. It approves the first ones where they were admitted.',
      unwaivable: true,
    },
    {
      code: 'hash/unexpected',
      meaning: 'What is judged, or its bytes, have another SHA-256 than the index gave first.',
      unwaivable: true,
    },
    {
      code: 'hash/metadata-mismatch',
      meaning:
        'The verified bytes hold other metadata or licence texts than what was listed before they were fetched.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { record, subject, evidence } = input;
  const expected = record?.sha256;
  if (record === undefined || expected === undefined) {
    const message = `${describeSubject(input)} has no SHA-256: the index gives none for ${subject.filename}`;
    yield { code: 'hash/missing', verdict: 'deny', message };
    return;
  }
  yield* judgeMutation(input, record);
  const others = [subject.sha256, evidence?.sha256].filter((digest) => digest !== undefined);
  for (const other of new Set(others.filter((digest) => digest !== expected))) {
    const message = `${describeSubject(input)} has an unexpected SHA-256: ${other}; expected ${expected}`;
    yield { code: 'hash/unexpected', verdict: 'deny', message };
  }
  yield* judgeMetadata(input);
}

function* judgeMutation(
  input: RuleInput,
  { mutation, sha256 }: ArtifactRecord,
): Generator<Statement> {
  if (mutation === undefined) return;
  const { admitted } = input.history;
  const changed = `${describeSubject(input)} changed upstream: other bytes are offered as ${input.subject.filename}`;
  yield {
    code: 'hash/changed',
    verdict: admitted ? 'approve' : 'deny',
    message: admitted ? `${changed}; the first ones were admitted and stay` : changed,
    evidence: [
      `first sha256 ${sha256}`,
      `later sha256 ${mutation.sha256}, seen ${new Date(mutation.seen).toISOString()}`,
    ],
  };
}

/** The listed metadata is provisional: a sidecar or a part of the file, read before the bytes were verified. */
function* judgeMetadata(input: RuleInput): Generator<Statement> {
  const { listed, evidence } = input;
  if (listed === undefined || evidence === undefined) return;
  // What a conda package says of itself is compared with its record by the rule `conda-record`.
  if (evidence.kind === 'refused' || evidence.kind === 'conda') return;
  yield* judgeTexts(input, listed, evidence);
  if (listed.sha256 === evidence.metadata.sha256) return;
  yield {
    code: 'hash/metadata-mismatch',
    verdict: 'deny',
    message: `${describeSubject(input)} holds other metadata than was listed (from ${listed.origin})`,
    evidence: [
      `listed METADATA sha256 ${listed.sha256}`,
      `METADATA sha256 in the bytes ${evidence.metadata.sha256}`,
    ],
  };
}

/** What made somebody list it must be what is in the bytes, byte for byte. */
function* judgeTexts(
  input: RuleInput,
  { licenseTexts: listed = [] }: MetadataFact,
  { contents }: WheelEvidence | SdistEvidence,
): Generator<Statement> {
  const found = contents?.licenseTexts;
  if (found === undefined) return;
  const other = listed.filter(
    (text) => !found.some(({ path, sha256 }) => path === text.path && sha256 === text.sha256),
  );
  if (other.length === 0) return;
  const paths = other.map(({ path }) => quote(path));
  yield {
    code: 'hash/metadata-mismatch',
    verdict: 'deny',
    message: `${describeSubject(input)} holds other licence texts than were listed: ${listSome(paths)}`,
    evidence: other.map(({ path, sha256 }) => `listed ${quote(path)} sha256 ${sha256}`),
  };
}
