import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';

import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';

import { GatehouseError } from '../model/errors.ts';
import type { AddressGuard, Standing } from './address-guard.ts';
import type { UpstreamSettings } from './settings.ts';

/** What is asked for: pages, sidecars and ranges share few connections, whole artifacts have their own. */
export type Lane = 'facts' | 'artifacts';

export interface Route {
  readonly protocol: 'http:' | 'https:';
  readonly lane: Lane;
  readonly standing: Standing;
}

/** Kept-alive connections. A connection serves one standing only, as its address was checked for that. */
export interface Connections extends AsyncDisposable {
  dispatcherFor(route: Route): Dispatcher;
}

export interface ConnectionOptions {
  readonly guard: AddressGuard;
  readonly connectMs: number;
  /** At most so many connections to one host for pages, sidecars and ranges. */
  readonly connections: number;
}

interface TlsFiles {
  readonly ca?: string[];
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Reads the certificate files that the settings name; throws `invalid-setting` when one cannot be read. */
export async function openConnections(
  settings: UpstreamSettings,
  options: ConnectionOptions,
): Promise<Connections> {
  const tls = await readTlsFiles(settings);
  const opened = new Map<string, Dispatcher>();

  function open(route: Route): Dispatcher {
    const lookup = options.guard.lookupFor(route.standing);
    const shared = {
      // HTTP/1.1: one large answer does not hold up others, and the number of connections is what it says.
      allowH2: false,
      connect: { ...tls, lookup, timeout: options.connectMs },
      ...(route.lane === 'facts' && { connections: options.connections }),
    };
    const proxy = route.protocol === 'https:' ? settings.proxy?.https : settings.proxy?.http;
    if (proxy === undefined) return new Agent(shared);
    return openProxied(proxy, {
      ...shared,
      connectTimeout: options.connectMs,
      requestTls: tls,
      proxyTls: tls,
      noProxy: settings.proxy?.except ?? '',
    });
  }

  return {
    dispatcherFor(route) {
      const key = `${route.protocol} ${route.lane} ${route.standing}`;
      const dispatcher = opened.get(key) ?? open(route);
      opened.set(key, dispatcher);
      return dispatcher;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...opened.values()].map(async (dispatcher) => dispatcher.destroy()));
    },
  };
}

// What undici throws about a proxy's URL holds the URL, so it is not kept as the cause.
function openProxied(proxy: string, options: EnvHttpProxyAgent.Options): Dispatcher {
  try {
    return new EnvHttpProxyAgent({ ...options, httpProxy: proxy, httpsProxy: proxy });
  } catch {
    throw new GatehouseError('invalid-setting', 'the proxy is not a URL of a proxy', {
      hint: 'Set it as http://host:port.',
    });
  }
}

// Extra authorities of the environment stay, as `NODE_EXTRA_CA_CERTS` is how a company adds its own.
async function readTlsFiles(settings: UpstreamSettings): Promise<TlsFiles> {
  const { caFile, clientCertificateFile } = settings;
  const ca = caFile === undefined ? undefined : await readSettingFile(caFile);
  const client =
    clientCertificateFile === undefined ? undefined : await readSettingFile(clientCertificateFile);
  return {
    ...(ca && { ca: [ca.toString('utf8'), ...getCACertificates('extra')] }),
    ...(client && { cert: client, key: client }),
  };
}

async function readSettingFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new GatehouseError(
      'invalid-setting',
      `cannot read the certificates for upstream: ${path}`,
      {
        hint: "The path is from pip's settings cert or client-cert, or from Gatehouse's own: name a PEM file.",
        cause: error,
      },
    );
  }
}
