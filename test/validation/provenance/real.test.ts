import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { parseArtifactFilename } from '../../../src/ecosystems/pypi/filenames.ts';
import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import type { ProvenanceFact } from '../../../src/model/provenance.ts';
import { parseSha256 } from '../../../src/model/sha256.ts';
import { pinnedTrust, trustIn } from '../../../src/validation/provenance/trust.ts';
import { verifyProvenance } from '../../../src/validation/provenance/verify.ts';
import { findSharedData } from '../../fixtures/shared-data.ts';
import { createSigning, provenanceOf } from '../../fixtures/signing.ts';

const folder = findSharedData('attestations');
const GITLAB = {
  kind: 'GitLab',
  repository: 'facutuesca/gitlab-oidc-project',
  workflow_filepath: '.gitlab-ci.yml',
};
const PYPI_ATTESTATIONS = {
  kind: 'GitHub',
  repository: 'trailofbits/pypi-attestations',
  workflow: 'release.yml',
};

interface Real {
  readonly file: string;
  readonly filename: string;
  /** Of a bare attestation, which does not say who published. */
  readonly publisher?: object;
  readonly id: string;
}

const REAL: readonly Real[] = [
  {
    file: 'pypi_attestations-0.0.19.tar.gz.provenance',
    filename: 'pypi_attestations-0.0.19.tar.gz',
    id: 'github:trailofbits/pypi-attestations/.github/workflows/release.yml',
  },
  {
    file: 'pypi_attestations-0.0.19.tar.gz.slsa.attestation',
    filename: 'pypi_attestations-0.0.19.tar.gz',
    publisher: PYPI_ATTESTATIONS,
    id: 'github:trailofbits/pypi-attestations/.github/workflows/release.yml',
  },
  {
    file: 'pypi_attestation_models-0.0.4a2.tar.gz.attestation',
    filename: 'pypi_attestation_models-0.0.4a2.tar.gz',
    publisher: { ...PYPI_ATTESTATIONS, repository: 'trailofbits/pypi-attestation-models' },
    id: 'github:trailofbits/pypi-attestation-models/.github/workflows/release.yml',
  },
  {
    file: 'gitlab_oidc_project-0.0.3.tar.gz.publish.attestation',
    filename: 'gitlab_oidc_project-0.0.3.tar.gz',
    publisher: GITLAB,
    id: 'gitlab:facutuesca/gitlab-oidc-project//.gitlab-ci.yml',
  },
  {
    file: 'circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl.provenance',
    filename: 'circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl',
    id: 'circleci:fdd9283f-e619-46af-8f9c-851f7d3e8b2b/8e4f8ab2-8d7c-4827-9f15-de076d6d647f',
  },
];

// Without the data, findSharedData says so on stderr.
describe.skipIf(folder === undefined)('what real services signed', () => {
  const real = folder ?? '';
  const digests: unknown = JSON.parse(
    folder === undefined ? '{}' : readFileSync(join(real, 'subjects.json'), 'utf8'),
  );
  const pinned = pinnedTrust();

  function verify({ file, filename, publisher }: Real, trust = pinned): ProvenanceFact {
    const subject = {
      project: parseProjectName(filename.split('-')[0] ?? ''),
      filename: parseArtifactFilename(filename),
      sha256: parseSha256(new Map(Object.entries(digests ?? {})).get(filename) ?? ''),
    };
    return verifyProvenance(bytesOf(file, publisher), subject, trust);
  }

  function bytesOf(file: string, publisher: object | undefined): Buffer {
    const bytes = readFileSync(join(real, file));
    return publisher === undefined
      ? bytes
      : provenanceOf([JSON.parse(bytes.toString('utf8'))], publisher);
  }

  test.each(REAL)('$file is verified by the roots in the tree', (one) => {
    const fact = verify(one);
    const ids = fact.kind === 'verified' && fact.attestations.map(({ publisher }) => publisher.id);
    expect(ids).toEqual([one.id]);
  });

  test.each(REAL)('$file is refused by other roots', (one) => {
    const others = trustIn(createSigning().trustedRoot);
    expect(verify(one, others)).toMatchObject({ kind: 'refused', reason: 'signature' });
  });

  test('what one repository signed is not what another did', () => {
    const [, , third] = REAL;
    const other = third && verify({ ...third, publisher: PYPI_ATTESTATIONS });
    expect(other).toMatchObject({ kind: 'refused', reason: 'identity' });
  });

  test('a node of a real inclusion proof cannot be another', () => {
    const text = readFileSync(join(real, REAL[0]?.file ?? ''), 'utf8');
    const changed = text.replace(/("hashes":\[")(.)/, (_, before: string, first: string) => {
      return `${before}${first === 'A' ? 'B' : 'A'}`;
    });
    expect(changed).not.toBe(text);
    const subject = {
      project: parseProjectName('pypi-attestations'),
      filename: parseArtifactFilename('pypi_attestations-0.0.19.tar.gz'),
      sha256: parseSha256('9bb1add04b1b4e182be6b0b80931593f7a291eb49d69b4fd728a5d4cbcdc4bd3'),
    };
    expect(verifyProvenance(Buffer.from(changed), subject, pinned)).toMatchObject({
      kind: 'refused',
      reason: 'signature',
    });
  });
});
