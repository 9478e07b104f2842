import { GatehouseError } from '../model/errors.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The proxies to go through, as URLs that may hold credentials; absent: none for that scheme. */
export interface ProxySettings {
  readonly http?: string;
  readonly https?: string;
  /** Hosts that are asked directly, as `NO_PROXY` lists them. */
  readonly except?: string;
}

/** How to reach one simple index or one channel. Holds secrets: never logged. */
export interface UpstreamSettings {
  /** Without credentials, query and fragment; ends in `/`. Of a channel in a folder: a file URL. */
  readonly indexUrl: string;
  /** Sent to the index's own origin only. */
  readonly credentials?: Credentials;
  /** Path of a PEM bundle that replaces the certificate authorities of Node, `NODE_EXTRA_CA_CERTS` excepted. */
  readonly caFile?: string;
  /** Path of one PEM file with the client's certificate and its private key. */
  readonly clientCertificateFile?: string;
  readonly proxy?: ProxySettings;
}

/** Splits an index URL into what may be shown and what may not; throws `invalid-setting`, showing nothing secret. */
export function parseIndexUrl(
  text: string,
  setting = 'GATEHOUSE_PYPI_UPSTREAM',
  what = 'a simple index',
): Pick<UpstreamSettings, 'indexUrl' | 'credentials'> {
  const url = URL.parse(text.trim());
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new GatehouseError(
      'invalid-setting',
      `the upstream index is not an http or https URL${url === null ? '' : `: its scheme is ${url.protocol.slice(0, -1)}`}`,
      { hint: `Set ${setting} to the URL of ${what}.` },
    );
  }
  const indexUrl = printUrl(url).replace(/\/*$/, '/');
  if (url.username === '' && url.password === '') return { indexUrl };
  const credentials = { username: decoded(url.username), password: decoded(url.password) };
  return { indexUrl, credentials };
}

/**
 * The same of a channel of conda packages, or of the folder of channels: an http, https or file URL. Throws
 * `invalid-setting`, also for a token in the path, as paths are logged.
 */
export function parseChannelUrl(
  text: string,
  setting: string,
): Pick<UpstreamSettings, 'indexUrl' | 'credentials'> {
  const url = URL.parse(text.trim());
  if (url !== null && /\/t\/[^/]/.test(url.pathname)) {
    throw new GatehouseError('invalid-setting', `${setting}: a token in the path of the channel`, {
      hint: `Set ${setting} to https://user:token@host/channel/ instead.`,
    });
  }
  if (url?.protocol !== 'file:') return parseIndexUrl(text, setting, 'a channel');
  if (url.host === '') return { indexUrl: `file://${url.pathname}`.replace(/\/*$/, '/') };
  throw new GatehouseError('invalid-setting', `${setting}: a file URL with a host`, {
    hint: `Set ${setting} to file:///folder/channel/.`,
  });
}

/** A URL as it may be logged: user information, query (signatures) and fragment are left out. */
export function printUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

// A `%` that encodes nothing stands for itself, as in pip.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
