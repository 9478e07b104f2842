import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Config, isLoopback } from './config.ts';
import { GatehouseError } from './model/errors.ts';
import type { Ecosystem } from './model/subject.ts';
import type { Policy } from './policy/policy.ts';
import { findPipSettings, type PipSettings } from './upstream/pip-settings.ts';
import { parseChannelUrl, parseIndexUrl, type UpstreamSettings } from './upstream/settings.ts';
import {
  type IndexSource,
  openUpstreams,
  type Upstreams,
  type UpstreamsOptions,
} from './upstream/upstreams.ts';

/** The source whose address is `GATEHOUSE_PYPI_UPSTREAM`, or else what pip on this host uses. */
const DEFAULT_SOURCE = 'pypi';

/** The indexes of the sources, and what an operator should know about them. */
export interface ConfiguredUpstreams {
  readonly upstreams: Upstreams;
  /** Where each source is that has an address, without credentials. */
  readonly indexUrls: readonly string[];
  /** What is left out of pip's settings, and what has no address; one sentence each. */
  readonly notices: readonly string[];
}

/**
 * Opens the indexes of a policy's sources: at the address of a setting, else at that of the policy; for the source
 * `pypi` else at the index that pip on this host uses, for one of kind conda under its id in the folder of channels.
 * Throws `invalid-setting` where no source has an address, or
 * where one is this very service.
 */
export async function openConfiguredUpstreams(
  config: Config,
  policy: Policy,
  { condaSubdirs = () => [], report }: CondaReading = {},
): Promise<ConfiguredUpstreams> {
  const finder = createFinder(config);
  const upstreams = openUpstreams(finder, {
    connections: config.connections,
    conda: { subdirs: condaSubdirs, spool: spoolOf(config), ...(report && { report }) },
  });
  const { sources } = policy;
  const known = sources.filter((source) => upstreams.hasAddress(source));
  if (known.length === 0) throw noAddress(sources);
  const settings = await Promise.all(known.map((source) => finder.find(source)));
  await Promise.all(known.map((source) => upstreams.of(source)));
  return {
    upstreams,
    indexUrls: settings.map(({ indexUrl }) => indexUrl),
    notices: [
      ...(await finder.pipNotices()),
      ...sources.filter((source) => !known.includes(source)).map(missingAddress),
      ...[...config.sourceUpstreams.keys()]
        .filter((name) => !sources.some((source) => settingOf(source) === name))
        .map((name) => `${name} names no source of the policy.`),
    ],
  };
}

/** What reading conda channels needs to know of the policy in force, and whom it tells what is wrong with them. */
export interface CondaReading {
  readonly condaSubdirs?: () => readonly string[];
  readonly report?: NonNullable<UpstreamsOptions['conda']>['report'];
}

const SETTINGS: Readonly<Record<Ecosystem, string>> = {
  pypi: 'GATEHOUSE_PYPI_UPSTREAM',
  conda: 'GATEHOUSE_CONDA_UPSTREAM',
};

/** The setting with the address of one source, such as `GATEHOUSE_PYPI_UPSTREAM_INTERNAL`. */
function settingOf({ id, kind }: IndexSource): string {
  return `${SETTINGS[kind]}_${id.toUpperCase().replaceAll('-', '_')}`;
}

/** Copies of indexes are made anew by each process, and can be as large as the quarantine's artifacts. */
function spoolOf({ store }: Config): string {
  return store.kind === 'file'
    ? join(store.directory, 'channels')
    : join(tmpdir(), 'gatehouse-channels');
}

interface Finder {
  hasAddress(source: IndexSource): boolean;
  find(source: IndexSource): Promise<UpstreamSettings>;
  pipNotices(): Promise<readonly string[]>;
}

function createFinder(config: Config): Finder {
  let asked: Promise<PipSettings> | undefined;

  function askPip(): Promise<PipSettings> {
    asked ??= findPipSettings();
    return asked;
  }

  async function settingsOf(source: IndexSource): Promise<UpstreamSettings> {
    const own = config.sourceUpstreams.get(settingOf(source));
    if (own !== undefined) return own;
    if (source.kind === 'conda') return channelOf(config, source);
    if (source.url !== undefined) return parseIndexUrl(source.url);
    if (source.id !== DEFAULT_SOURCE) {
      throw new GatehouseError('invalid-setting', missingAddress(source));
    }
    return config.upstream ?? (await askPip());
  }

  return {
    hasAddress: (source) =>
      source.kind === 'conda' ||
      source.url !== undefined ||
      source.id === DEFAULT_SOURCE ||
      config.sourceUpstreams.has(settingOf(source)),
    async find(source) {
      const found = await settingsOf(source);
      refuseItself(config, found);
      return config.proxy === undefined ? found : { proxy: config.proxy, ...found };
    },
    pipNotices: async () => (await asked)?.notices ?? [],
  };
}

function channelOf({ condaUpstream }: Config, source: IndexSource): UpstreamSettings {
  if (source.url !== undefined) return parseChannelUrl(source.url, `sources.${source.id}.url`);
  return { ...condaUpstream, indexUrl: `${condaUpstream.indexUrl}${source.id}/` };
}

function missingAddress(source: IndexSource): string {
  const { id } = source;
  return `The source ${id} has no address, so the names that it claims are refused: set sources.${id}.url or ${settingOf(source)}.`;
}

function noAddress(sources: readonly IndexSource[]): GatehouseError {
  return new GatehouseError('invalid-setting', 'no source of the policy has an address', {
    hint: `set sources.${sources[0]?.id ?? DEFAULT_SOURCE}.url in the policy`,
  });
}

/** Where pip on this host points at this very service, it would ask itself for ever. */
function refuseItself(config: Config, { indexUrl }: UpstreamSettings): void {
  const { host, port } = config.listen;
  const upstream = new URL(indexUrl);
  const own = [config.publicUrl, `http://${host.includes(':') ? `[${host}]` : host}:${port}`];
  const isLocal = isLoopback(upstream.hostname) && isLoopback(host) && upstream.port === `${port}`;
  if (!isLocal && !own.some((url) => new URL(url).origin === upstream.origin)) return;
  throw new GatehouseError('invalid-setting', 'the upstream index is this very service', {
    hint: 'pip on this host points here already: set GATEHOUSE_PYPI_UPSTREAM to the index behind it',
  });
}
