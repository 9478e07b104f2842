import { resolve } from 'node:path';

import type { FirstDelivery } from './mirror/state.ts';
import { GatehouseError } from './model/errors.ts';
import { findNearest } from './policy/nearest.ts';
import { type UpstreamSettings, parseChannelUrl, parseIndexUrl } from './upstream/settings.ts';

/** The settings of one deployment, from the environment. Judgement is configured in policy.yaml alone. */
export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  /** Base of the links in messages; without a slash at the end. */
  readonly publicUrl: string;
  readonly policyPath: string;
  readonly store:
    | { readonly kind: 'file'; readonly directory: string }
    | { readonly kind: 'memory' };
  /** Absent: the index that pip on this host uses. */
  readonly upstream: UpstreamSettings | undefined;
  /** The folder of channels in which a conda source without an address of its own is, under its id. */
  readonly condaUpstream: Pick<UpstreamSettings, 'indexUrl' | 'credentials'>;
  /** Addresses of single sources, by the name of their setting; they win over the policy's. */
  readonly sourceUpstreams: ReadonlyMap<string, UpstreamSettings>;
  readonly proxy: UpstreamSettings['proxy'];
  readonly firstDelivery: FirstDelivery;
  readonly ledgerKey: string | undefined;
  readonly ledgerOrigin: string;
  readonly quarantineBytes: number;
  readonly connections: number;
  readonly logLevel: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK = /^(127(?:\.\d{1,3}){3}|localhost|::1)$/;
const GIB = 1024 ** 3;

/** Whether only this machine reaches the host. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host.replace(/^\[(.*)\]$/, '$1'));
}

/** Reads the settings; throws `invalid-setting`, which names the variable, what it got and what it takes. */
export function readConfig(environment: Environment): Config {
  const listen = parseListen(environment['GATEHOUSE_LISTEN'] ?? '127.0.0.1:8080');
  requireKnown(environment);
  const index = environment['GATEHOUSE_PYPI_UPSTREAM'];
  const proxy = parseProxy(environment);
  return {
    listen,
    publicUrl: publicUrl(environment, listen),
    policyPath: environment['GATEHOUSE_POLICY'] ?? 'policy.yaml',
    store: parseStore(environment['GATEHOUSE_STORE'] ?? 'file:data'),
    upstream:
      index === undefined
        ? undefined
        : { ...parseIndexUrl(index), ...(proxy === undefined ? {} : { proxy }) },
    condaUpstream: parseChannelUrl(
      environment['GATEHOUSE_CONDA_UPSTREAM'] ?? 'https://conda.anaconda.org',
      'GATEHOUSE_CONDA_UPSTREAM',
    ),
    sourceUpstreams: parseSourceUpstreams(environment),
    proxy,
    firstDelivery: parseFirstDelivery(environment['GATEHOUSE_FIRST_DELIVERY'] ?? 'held-tail'),
    ledgerKey: environment['GATEHOUSE_LEDGER_KEY'],
    ledgerOrigin: environment['GATEHOUSE_LEDGER_ORIGIN'] ?? 'gatehouse',
    quarantineBytes: parseCount(environment, 'GATEHOUSE_QUARANTINE_BYTES', 20 * GIB),
    connections: parseCount(environment, 'GATEHOUSE_UPSTREAM_CONNECTIONS', 8),
    logLevel: environment['GATEHOUSE_LOG'],
  };
}

/** The name of a source follows, in upper case and with `_` for `-`. */
const SOURCE_UPSTREAMS = [
  ['GATEHOUSE_PYPI_UPSTREAM_', parseIndexUrl],
  ['GATEHOUSE_CONDA_UPSTREAM_', parseChannelUrl],
] as const;

const KNOWN = new Set([
  'GATEHOUSE_AUTH',
  'GATEHOUSE_CONDA_UPSTREAM',
  'GATEHOUSE_FIRST_DELIVERY',
  'GATEHOUSE_LEDGER_KEY',
  'GATEHOUSE_LEDGER_ORIGIN',
  'GATEHOUSE_LISTEN',
  'GATEHOUSE_LOG',
  'GATEHOUSE_POLICY',
  'GATEHOUSE_PUBLIC_URL',
  'GATEHOUSE_PYPI_UPSTREAM',
  'GATEHOUSE_QUARANTINE_BYTES',
  'GATEHOUSE_STORE',
  'GATEHOUSE_UPSTREAM_CONNECTIONS',
]);

/** A misspelt setting would silently leave its default in force. */
function requireKnown(environment: Environment): void {
  const unknown = Object.keys(environment).find(
    (name) =>
      name.startsWith('GATEHOUSE_') &&
      !KNOWN.has(name) &&
      !SOURCE_UPSTREAMS.some(([prefix]) => name.startsWith(prefix)),
  );
  if (unknown === undefined) return;
  const near = findNearest(unknown, [...KNOWN]);
  throw new GatehouseError('invalid-setting', `no such setting: ${unknown}`, {
    hint:
      near === undefined ? `the settings are ${[...KNOWN].join(', ')}` : `did you mean ${near}?`,
  });
}

function parseListen(text: string): Config['listen'] {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:]+)):(\d{1,5})$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535)
    throw invalid('GATEHOUSE_LISTEN', text, 'HOST:PORT, such as 127.0.0.1:8080');
  return { host, port };
}

function publicUrl(environment: Environment, listen: Config['listen']): string {
  const given = environment['GATEHOUSE_PUBLIC_URL'];
  const isLocal = isLoopback(listen.host);
  if (!isLocal && environment['GATEHOUSE_AUTH'] !== 'off') {
    throw new GatehouseError(
      'invalid-setting',
      `GATEHOUSE_LISTEN is not a loopback address: ${listen.host}, and nobody would be asked who they are`,
      {
        hint: 'set GATEHOUSE_AUTH=off if the network around it decides who may reach it',
      },
    );
  }
  if (given === undefined && !isLocal)
    throw invalid(
      'GATEHOUSE_PUBLIC_URL',
      'nothing',
      'the address under which notebooks reach this service, such as https://gatehouse.example',
    );
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const url = given ?? `http://${host}:${listen.port}`;
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw invalid('GATEHOUSE_PUBLIC_URL', url, 'an http or https URL');
  return url.replace(/\/+$/, '');
}

function parseStore(text: string): Config['store'] {
  if (text === 'memory:') return { kind: 'memory' };
  const directory = /^file:(.+)$/.exec(text)?.[1];
  if (directory === undefined) throw invalid('GATEHOUSE_STORE', text, 'file:DIRECTORY or memory:');
  return { kind: 'file', directory: resolve(directory) };
}

function parseFirstDelivery(text: string): FirstDelivery {
  if (text === 'held-tail' || text === 'verified-only') return text;
  throw invalid('GATEHOUSE_FIRST_DELIVERY', text, 'held-tail or verified-only');
}

function parseCount(environment: Environment, name: string, fallback: number): number {
  const text = environment[name];
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw invalid(name, text, 'a whole number above 0');
  return Number(text);
}

function parseSourceUpstreams(environment: Environment): Config['sourceUpstreams'] {
  return new Map(
    Object.entries(environment).flatMap(([name, url]) => {
      const parse = SOURCE_UPSTREAMS.find(([prefix]) => name.startsWith(prefix))?.[1];
      return parse === undefined || url === undefined ? [] : [[name, parse(url, name)] as const];
    }),
  );
}

function parseProxy(environment: Environment): UpstreamSettings['proxy'] {
  const http = environment['http_proxy'] ?? environment['HTTP_PROXY'];
  const https = environment['https_proxy'] ?? environment['HTTPS_PROXY'];
  const except = environment['no_proxy'] ?? environment['NO_PROXY'];
  if (http === undefined && https === undefined) return undefined;
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    ...(except === undefined ? {} : { except }),
  };
}

function invalid(name: string, got: string, expected: string): GatehouseError {
  return new GatehouseError('invalid-setting', `${name}: got ${got}, expected ${expected}`);
}
