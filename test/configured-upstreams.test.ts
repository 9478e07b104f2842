import { describe, expect, test } from 'vitest';

import { readConfig } from '../src/config.ts';
import { openConfiguredUpstreams } from '../src/configured-upstreams.ts';
import { loadPolicy } from '../src/policy/load.ts';
import { type Policy } from '../src/policy/policy.ts';

function policyWith(sources: string): Policy {
  const text = `version: 1
sources: ${sources}
targets: { python: ["3.12"], platforms: [manylinux_2_28_x86_64] }
packages: { allow: [foo] }
`;
  return loadPolicy({ text, file: 'policy.yaml' });
}

async function opened(sources: string, settings: Readonly<Record<string, string>>) {
  const { upstreams, indexUrls, notices } = await openConfiguredUpstreams(
    readConfig({ GATEHOUSE_PYPI_UPSTREAM: 'https://pypi.test/simple', ...settings }),
    policyWith(sources),
  );
  await upstreams[Symbol.asyncDispose]();
  return { indexUrls, notices };
}

const BOTH = '{ pypi: { kind: pypi }, own-index: { kind: pypi, url: "https://own.test/simple/" } }';

describe('where the index of a source is', () => {
  test.each([
    {
      it: 'for pypi the setting of the deployment, for another the policy',
      sources: BOTH,
      settings: {},
      at: ['https://pypi.test/simple/', 'https://own.test/simple/'],
    },
    {
      it: 'the setting of that source first, without its credentials',
      sources: BOTH,
      settings: { GATEHOUSE_PYPI_UPSTREAM_OWN_INDEX: 'https://me:secret@near.test/simple/' },
      at: ['https://pypi.test/simple/', 'https://near.test/simple/'],
    },
    {
      it: 'the policy before the setting of the deployment',
      sources: '{ pypi: { kind: pypi, url: "https://other.test/simple/" } }',
      settings: {},
      at: ['https://other.test/simple/'],
    },
  ])('$it', async ({ sources, settings, at }) => {
    expect(await opened(sources, settings)).toEqual({ indexUrls: at, notices: [] });
  });

  test.each([
    {
      it: 'in the folder of channels',
      source: '{ kind: pypi }',
      settings: { GATEHOUSE_CONDA_UPSTREAM: 'https://chan.test/all' },
      at: 'https://chan.test/all/own-forge/',
    },
    {
      it: 'in a folder of this machine',
      source: '{ kind: pypi }',
      settings: { GATEHOUSE_CONDA_UPSTREAM: 'file:///srv/channels' },
      at: 'file:///srv/channels/own-forge/',
    },
    {
      it: 'where the policy says',
      source: '{ kind: pypi, url: "https://own.test/forge" }',
      settings: {},
      at: 'https://own.test/forge/',
    },
    {
      it: 'where the setting of that source says, without its credentials',
      source: '{ kind: pypi, url: "https://own.test/forge" }',
      settings: { GATEHOUSE_CONDA_UPSTREAM_OWN_FORGE: 'https://me:secret@near.test/forge' },
      at: 'https://near.test/forge/',
    },
  ])('for a channel $it', async ({ source, settings, at }) => {
    const policy = policyWith(`{ own-forge: ${source} }`);
    const sources = policy.sources.map((one) => ({ ...one, kind: 'conda' }) as const);
    const { upstreams, indexUrls, notices } = await openConfiguredUpstreams(
      readConfig({ GATEHOUSE_STORE: 'memory:', ...settings }),
      { ...policy, sources },
    );
    await upstreams[Symbol.asyncDispose]();
    expect({ indexUrls, notices }).toEqual({ indexUrls: [at], notices: [] });
  });

  test('nowhere, which is said with what would help', async () => {
    const { indexUrls, notices } = await opened(
      '{ pypi: { kind: pypi }, own-index: { kind: pypi, claims: [acme-*] } }',
      { GATEHOUSE_PYPI_UPSTREAM_GONE: 'https://gone.test/simple/' },
    );
    expect(indexUrls).toEqual(['https://pypi.test/simple/']);
    expect(notices).toEqual([
      'The source own-index has no address, so the names that it claims are refused: set sources.own-index.url or GATEHOUSE_PYPI_UPSTREAM_OWN_INDEX.',
      'GATEHOUSE_PYPI_UPSTREAM_GONE names no source of the policy.',
    ]);
  });

  test.each([
    {
      it: 'has no source with an address',
      sources: '{ own-index: { kind: pypi } }',
      settings: {},
      says: 'no source of the policy has an address',
    },
    {
      it: 'would ask itself, as pypi',
      sources: '{ pypi: { kind: pypi } }',
      settings: { GATEHOUSE_PYPI_UPSTREAM: 'http://127.0.0.1:8080/pypi/simple/' },
      says: 'the upstream index is this very service',
    },
    {
      it: 'would ask itself, as another source',
      sources: '{ pypi: { kind: pypi }, b: { kind: pypi, url: "http://localhost:8080/" } }',
      settings: {},
      says: 'the upstream index is this very service',
    },
  ])('does not start when it $it', async ({ sources, settings, says }) => {
    await expect(opened(sources, settings)).rejects.toThrow(says);
  });
});
