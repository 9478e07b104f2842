import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { parseArtifactFilename } from '../../../src/ecosystems/pypi/filenames.ts';
import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import type { ProvenanceFact } from '../../../src/model/provenance.ts';
import { trustIn } from '../../../src/validation/provenance/trust.ts';
import {
  type ProvenanceSubject,
  verifyProvenance,
} from '../../../src/validation/provenance/verify.ts';
import { der } from '../../fixtures/der.ts';
import { digestOf } from '../../fixtures/rule-input.ts';
import {
  type Attested,
  createSigning,
  type LogEntry,
  provenanceOf,
  PUBLISH,
  SIGNED,
  type Wanted,
} from '../../fixtures/signing.ts';

const WHEEL = 'widget-1.0-py3-none-any.whl';
const SUBJECT: ProvenanceSubject = {
  project: parseProjectName('widget'),
  filename: parseArtifactFilename(WHEEL),
  sha256: digestOf('a'),
};

const signing = createSigning();
const trust = trustIn(signing.trustedRoot);

function attest(differences: Partial<Wanted> = {}): Attested {
  return signing.attest({ filename: WHEEL, sha256: SUBJECT.sha256, ...differences });
}

function verify(bytes: Uint8Array, subject = SUBJECT): ProvenanceFact {
  return verifyProvenance(bytes, subject, trust);
}

/** `signature: what was wrong`. */
function said(fact: ProvenanceFact): string {
  return fact.kind === 'refused' ? `${fact.reason}: ${fact.message}` : fact.kind;
}

const VERIFIED = {
  kind: 'verified',
  attestations: [
    {
      predicateType: PUBLISH,
      publisher: {
        kind: 'GitHub',
        id: 'github:acme/widget/.github/workflows/release.yml',
        ref: 'refs/tags/v1',
      },
    },
  ],
};

test('verifies who published an artifact, from the bytes alone', () => {
  expect(verify(provenanceOf([attest()]))).toEqual(VERIFIED);
});

test('verifies it whatever the machine believes the time to be: the log signed the time', () => {
  const old = attest({ integrated: SIGNED + 9 * 60_000 });
  expect(verify(provenanceOf([old]))).toEqual(VERIFIED);
});

test('a workflow may be named at its commit', () => {
  const repository = 'https://github.com/acme/widget';
  const claims = {
    8: 'https://token.actions.githubusercontent.com',
    12: repository,
    13: 'c0ffee',
    14: 'refs/tags/v1',
    18: `${repository}/.github/workflows/release.yml@c0ffee`,
  };
  expect(verify(provenanceOf([attest({ claims })]))).toEqual(VERIFIED);
});

describe('a builder may write the file name another way', () => {
  test.each([
    ['widget-1.0-py3-none-any.whl', 'Widget-1.0.0-py3-none-any.whl'],
    ['widget-1.0-py2.py3-none-any.whl', 'widget-1.0-py3.py2-none-any.whl'],
    ['widget-1.0.tar.gz', 'Widget-1.0.0.tar.gz'],
  ])('%s as %s', (filename, stated) => {
    const subject = { ...SUBJECT, filename: parseArtifactFilename(filename) };
    expect(verify(provenanceOf([attest({ filename: stated })]), subject).kind).toBe('verified');
  });
});

describe('publishers of other services', () => {
  test.each([
    {
      publisher: { kind: 'GitLab', repository: 'g/sub/p', workflow_filepath: '.gitlab-ci.yml' },
      claims: {
        8: 'https://gitlab.com',
        12: 'https://gitlab.com/g/sub/p',
        14: 'refs/heads/main',
        18: 'https://gitlab.com/g/sub/p//.gitlab-ci.yml@refs/heads/main',
      },
      id: 'gitlab:g/sub/p//.gitlab-ci.yml',
    },
    {
      publisher: { kind: 'CircleCI', project_id: 'p1', pipeline_definition_id: 'd1' },
      claims: {
        8: 'https://oidc.circleci.com',
        9: 'https://circleci.com/api/v2/projects/p1/pipeline-definitions/d1',
        14: 'refs/heads/main',
      },
      id: 'circleci:p1/d1',
    },
    {
      publisher: { kind: 'Google', email: 'builder@acme.test' },
      claims: { 8: 'https://accounts.google.com' },
      alternativeName: der(0x81, Buffer.from('builder@acme.test')),
      id: 'google:builder@acme.test',
    },
  ])('$id', ({ publisher, id, ...wanted }) => {
    const fact = verify(provenanceOf([attest(wanted)], publisher));
    expect(fact.kind === 'verified' && fact.attestations.map((one) => one.publisher.id)).toEqual([
      id,
    ]);
  });
});

/** The first log entry with something else in it. */
function relogged(attested: Attested, change: (entry: LogEntry) => object): object {
  const { verification_material: material } = attested;
  const entries = material.transparency_entries.map(change);
  return {
    ...attested,
    verification_material: { ...material, transparency_entries: entries },
  };
}

function restated(attested: Attested, statement: object): object {
  const base64 = Buffer.from(JSON.stringify(statement)).toString('base64');
  return { ...attested, envelope: { ...attested.envelope, statement: base64 } };
}

function recertified(attested: Attested, certificate: string): object {
  return {
    ...attested,
    verification_material: { ...attested.verification_material, certificate },
  };
}

/** The claim in the certificate is another, of the same length. */
function forgedCertificate(attested: Attested): string {
  const bytes = Buffer.from(attested.verification_material.certificate, 'base64');
  return Buffer.from(bytes.toString('latin1').replaceAll('acme', 'evil'), 'latin1').toString(
    'base64',
  );
}

const SIGNED_STATEMENT = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: WHEEL, digest: { sha256: digestOf('b') } }],
  predicateType: PUBLISH,
  predicate: null,
};

describe('refuses what was tampered with', () => {
  test.each([
    [
      'a statement about other bytes under the old signature',
      restated(attest(), SIGNED_STATEMENT),
      'signature: DSSE payload hash mismatch',
    ],
    [
      'the signature of another attestation',
      { ...attest(), envelope: { ...attest().envelope } },
      'signature: tlog entry signature mismatch',
    ],
    [
      'a claim changed in the certificate',
      recertified(attest(), forgedCertificate(attest())),
      'signature: Failed to verify certificate chain',
    ],
    [
      'the certificate of another signer',
      recertified(attest(), attest().verification_material.certificate),
      'signature: ',
    ],
    [
      'a certificate of another authority',
      createSigning().attest({ filename: WHEEL, sha256: SUBJECT.sha256 }),
      'signature: Failed to verify certificate chain',
    ],
    [
      'a node of the inclusion proof more than the tree has',
      relogged(attest(), ({ inclusionProof, ...entry }) => ({
        ...entry,
        inclusionProof: { ...inclusionProof, hashes: [Buffer.alloc(32).toString('base64')] },
      })),
      'signature: ',
    ],
    [
      'another root in the checkpoint',
      relogged(attest(), ({ inclusionProof, ...entry }) => ({
        ...entry,
        inclusionProof: {
          ...inclusionProof,
          checkpoint: { envelope: `log.test\n1\n${'A'.repeat(43)}=\n\n— log.test AAAAAAA=\n` },
        },
      })),
      'signature: invalid checkpoint signature',
    ],
    [
      'no inclusion proof',
      relogged(attest(), ({ inclusionProof: _proof, ...entry }) => entry),
      'malformed: ',
    ],
    [
      'no promise of the log, and so no time that somebody signed',
      relogged(attest(), ({ inclusionPromise: _promise, ...entry }) => entry),
      'signature: expected 1 timestamps, got 0',
    ],
    [
      'another time than the log signed',
      relogged(attest(), (entry) => ({ ...entry, integratedTime: `${SIGNED / 1000 + 1}` })),
      'signature: inclusion promise could not be verified',
    ],
    [
      'a time after the certificate had ended',
      attest({ integrated: SIGNED + 11 * 60_000 }),
      'signature: Failed to verify certificate chain',
    ],
    ['no entry in the log', relogged(attest(), () => ({})), 'malformed: '],
    [
      'one entry twice',
      {
        ...attest(),
        verification_material: doubled(attest()),
      },
      'signature: ',
    ],
  ])('%s', (_, attestation, expected) => {
    expect(said(verify(provenanceOf([attestation])))).toContain(expected);
  });

  test('one good attestation does not carry a bad one', () => {
    const bad = restated(attest(), SIGNED_STATEMENT);
    expect(said(verify(provenanceOf([attest(), bad])))).toContain('signature: ');
  });
});

function doubled(attested: Attested): object {
  const { verification_material: material } = attested;
  const [entry] = material.transparency_entries;
  return { ...material, transparency_entries: [entry, entry] };
}

describe('refuses what is signed well and is about something else', () => {
  test.each<readonly [string, Partial<Wanted>, string]>([
    [
      'other bytes',
      { sha256: digestOf('b') },
      `subject: expected the SHA-256 ${digestOf('a')}, got ${digestOf('b')}`,
    ],
    [
      'another file name',
      { filename: 'gadget-1.0-py3-none-any.whl' },
      `subject: expected ${WHEEL}, got "gadget-1.0-py3-none-any.whl"`,
    ],
    [
      'another version',
      { filename: 'widget-1.1-py3-none-any.whl' },
      `subject: expected ${WHEEL}, got "widget-1.1-py3-none-any.whl"`,
    ],
    ['another format', { filename: 'widget-1.0.tar.gz' }, 'subject: expected '],
    ['other tags', { filename: 'widget-1.0-py2-none-any.whl' }, 'subject: expected '],
    [
      'two subjects',
      { statement: { subject: twoSubjects() } },
      'subject: expected one subject, got 2',
    ],
    ['no subject', { statement: { subject: [] } }, 'subject: expected one subject, got 0'],
    [
      'another predicate',
      { statement: { predicateType: `${PUBLISH}/evil` } },
      `predicate: expected a publish or SLSA predicate, got ${PUBLISH}/evil`,
    ],
    [
      'another type of statement',
      { statement: { _type: 'https://in-toto.io/Statement/v0.1' } },
      'malformed: what was signed is no statement of in-toto',
    ],
  ])('%s', (_, wanted, expected) => {
    expect(said(verify(provenanceOf([attest(wanted)])))).toContain(expected);
  });
});

function twoSubjects(): readonly object[] {
  return [SUBJECT.sha256, digestOf('b')].map((sha256) => ({ name: WHEEL, digest: { sha256 } }));
}

const GITHUB = { kind: 'GitHub', repository: 'acme/widget', workflow: 'release.yml' };

describe('refuses a publisher that the certificate does not name', () => {
  test.each<readonly [string, Partial<Wanted>, object, string]>([
    [
      'another repository',
      { repository: 'evil/widget' },
      GITHUB,
      'identity: expected the repository https://github.com/acme/widget, the certificate says https://github.com/evil/widget',
    ],
    [
      'a repository that the stated one is the beginning of',
      { repository: 'acme/widget-evil' },
      GITHUB,
      'identity: expected the repository ',
    ],
    [
      'another workflow',
      { workflow: 'test.yml' },
      GITHUB,
      'identity: expected the buildConfig https://github.com/acme/widget/.github/workflows/release.yml@refs/tags/v1 or ',
    ],
    [
      'a stated repository that is a pattern',
      {},
      { ...GITHUB, repository: '.*' },
      'identity: expected the repository https://github.com/.*',
    ],
    [
      'another service',
      {},
      { kind: 'GitLab', repository: 'acme/widget', workflow_filepath: '.gitlab-ci.yml' },
      'identity: expected the issuer https://gitlab.com, the certificate says https://token.actions.githubusercontent.com',
    ],
    [
      'a certificate that says nothing',
      { claims: {} },
      GITHUB,
      'identity: expected the issuer https://token.actions.githubusercontent.com, the certificate says nothing',
    ],
    [
      'a service that nobody taught it',
      {},
      { kind: 'Nobody', repository: 'acme/widget' },
      'publisher: a publisher of the kind Nobody cannot be verified here',
    ],
  ])('%s', (_, wanted, publisher, expected) => {
    expect(said(verify(provenanceOf([attest(wanted)], publisher)))).toContain(expected);
  });
});

describe('refuses what is no provenance object', () => {
  test.each([
    ['no JSON', Buffer.from('<html>')],
    ['no UTF-8', Buffer.from([0xff])],
    ['a list', Buffer.from('[]')],
    ['no attestation', provenanceOf([])],
    ['another version', Buffer.from('{"version":2,"attestation_bundles":[]}')],
    ['an attestation without an envelope', provenanceOf([{ version: 1 }])],
    ['more attestations than anybody makes', provenanceOf(Array<object>(21).fill(attest()))],
  ])('%s', (_, bytes) => {
    expect(said(verify(bytes))).toMatch(/^malformed: /);
  });
});

test('the roots of trust in the tree are those of which the decision gives origin and date', () => {
  const folder = join(import.meta.dirname, '../../..');
  const roots = readFileSync(join(folder, 'src/validation/provenance/trusted-root.json'));
  const page = readFileSync(
    join(folder, 'docs/decisions/0013-attestations-by-pinned-roots.md'),
    'utf8',
  );
  expect(page).toContain(createHash('sha256').update(roots).digest('hex'));
});
