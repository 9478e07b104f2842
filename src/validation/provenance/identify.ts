import type { Publisher, PublisherKind, RefusedProvenance } from '../../model/provenance.ts';
import type { Claims } from './claims.ts';
import type { StatedPublisher } from './object.ts';
import { refused } from './refused.ts';

/**
 * Compares the publisher that the index states with what the certificate says: whole strings, because a pattern
 * over an address would let `evil.test/owner/repository` pass for `owner/repository`.
 */
export function identify(stated: StatedPublisher, claims: Claims): Publisher | RefusedProvenance {
  if (stated.kind === 'other') {
    return refused('publisher', `a publisher of the kind ${stated.name} cannot be verified here`);
  }
  const { id, expected } = expectationsOf(stated, claims);
  for (const { claim, values } of expected) {
    const value = claims[claim];
    if (value === undefined || !values.includes(value)) {
      const wanted = `expected the ${claim} ${values.join(' or ')}`;
      return refused('identity', `${wanted}, the certificate says ${value ?? 'nothing'}`);
    }
  }
  const { ref } = claims;
  return { kind: stated.kind, id, ...(ref === undefined ? {} : { ref }) };
}

interface Expectations {
  readonly id: string;
  readonly expected: readonly {
    readonly claim: keyof Claims;
    readonly values: readonly string[];
  }[];
}

type Known = Extract<StatedPublisher, { readonly kind: PublisherKind }>;

function expectationsOf(stated: Known, claims: Claims): Expectations {
  if (stated.kind === 'GitHub') {
    return forge(claims, {
      issuer: 'https://token.actions.githubusercontent.com',
      scheme: 'github',
      host: 'https://github.com',
      repository: stated.repository,
      workflow: `/.github/workflows/${stated.workflow}`,
    });
  }
  if (stated.kind === 'GitLab') {
    return forge(claims, {
      issuer: 'https://gitlab.com',
      scheme: 'gitlab',
      host: 'https://gitlab.com',
      repository: stated.repository,
      workflow: `//${stated.workflow_filepath}`,
    });
  }
  return stated.kind === 'CircleCI' ? circle(stated) : google(stated);
}

interface Forge {
  readonly issuer: string;
  readonly scheme: string;
  readonly host: string;
  readonly repository: string;
  /** As it follows the repository in an address. */
  readonly workflow: string;
}

/** The workflow is named at the ref or at the commit that the certificate itself gives. */
function forge(claims: Claims, { issuer, scheme, host, ...stated }: Forge): Expectations {
  const repository = `${host}/${stated.repository}`;
  const builds = [claims.ref, claims.digest].filter((at) => at !== undefined);
  return {
    id: `${scheme}:${stated.repository}${stated.workflow}`,
    expected: [
      { claim: 'issuer', values: [issuer] },
      { claim: 'repository', values: [repository] },
      {
        claim: 'buildConfig',
        values: builds.map((at) => `${repository}${stated.workflow}@${at}`),
      },
    ],
  };
}

function circle(stated: Extract<Known, { readonly kind: 'CircleCI' }>): Expectations {
  const { project_id: project, pipeline_definition_id: definition } = stated;
  const signer = `https://circleci.com/api/v2/projects/${project}/pipeline-definitions/${definition}`;
  return {
    id: `circleci:${project}/${definition}`,
    expected: [
      { claim: 'issuer', values: ['https://oidc.circleci.com'] },
      { claim: 'buildSigner', values: [signer] },
      ...whereStated('repository', stated.vcs_origin),
      ...whereStated('ref', stated.vcs_ref),
    ],
  };
}

function google({ email }: Extract<Known, { readonly kind: 'Google' }>): Expectations {
  return {
    id: `google:${email}`,
    expected: [
      { claim: 'issuer', values: ['https://accounts.google.com'] },
      { claim: 'alternativeName', values: [email] },
    ],
  };
}

function whereStated(
  claim: keyof Claims,
  value: string | null | undefined,
): Expectations['expected'] {
  return value === null || value === undefined ? [] : [{ claim, values: [value] }];
}
