import { execFile } from 'node:child_process';

import { z } from 'zod';

import { GatehouseError } from '../model/errors.ts';
import { parseIndexUrl, type UpstreamSettings } from './settings.ts';

/** What pip on this host uses, and what of it Gatehouse leaves out, one sentence each. */
export interface PipSettings extends UpstreamSettings {
  readonly notices: readonly string[];
}

/** Runs a program; gives what it wrote to stdout, or undefined if it is not there or failed. */
export type Run = (
  command: string,
  ...parameters: readonly string[]
) => Promise<string | undefined>;

/**
 * Asks pip on this host which index it would install from, the environment and pip's configuration files
 * included, with the certificates and the proxy that it uses. Starts child processes: for start-up only.
 * Throws `invalid-setting` if there is no pip, or if it uses no index that can be asked over HTTP.
 */
export async function findPipSettings(run: Run = runProgram): Promise<PipSettings> {
  const options = (await optionsOfModule(run)) ?? (await optionsOfProgram(run));
  if (options === undefined) throw missingSetting('no pip answers on this host');
  if (isPresent(options.no_index)) throw missingSetting('pip on this host is told to use no index');
  if (!isText(options.index_url)) throw missingSetting('pip on this host names no index');
  return {
    ...parseIndexUrl(options.index_url),
    ...(isText(options.cert) && { caFile: options.cert }),
    ...(isText(options.client_cert) && { clientCertificateFile: options.client_cert }),
    ...(isText(options.proxy) && { proxy: proxyOf(options.proxy) }),
    notices: noticesAbout(options),
  };
}

// pip's own names for its options.
const optionsSchema = z.object({
  index_url: z.string().nullish(),
  extra_index_urls: z.unknown(),
  find_links: z.unknown(),
  trusted_hosts: z.unknown(),
  no_index: z.unknown(),
  cert: z.string().nullish(),
  client_cert: z.string().nullish(),
  proxy: z.string().nullish(),
});

type PipOptions = z.infer<typeof optionsSchema>;

// What `pip install` would use, with its defaults, in the order of precedence that only pip knows.
const PROBE = `
import json
from pip._internal.commands import create_command
options, _ = create_command("install").parse_args([])
names = ${JSON.stringify(Object.keys(optionsSchema.shape))}
print(json.dumps({name: getattr(options, name, None) for name in names}))
`;

async function optionsOfModule(run: Run): Promise<PipOptions | undefined> {
  const output = await run('python3', '-c', PROBE);
  if (output === undefined) return undefined;
  try {
    return optionsSchema.parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
  } catch {
    return undefined;
  }
}

// Where pip is a program of another Python than `python3`. Its help names the index that is in force, but
// without credentials, so what is configured is asked for first.
async function optionsOfProgram(run: Run): Promise<PipOptions | undefined> {
  const help = await run('pip', 'install', '--help');
  if (help === undefined) return undefined;
  const builtIn = /Base URL of the Python Package Index \(default\s([^)]*)\)/.exec(help)?.[1];
  return {
    index_url: (await configured(run, 'index-url')) ?? builtIn?.replace(/\s+/g, ''),
    extra_index_urls: await configured(run, 'extra-index-url'),
    find_links: await configured(run, 'find-links'),
    trusted_hosts: await configured(run, 'trusted-host'),
    no_index: /^(?:1|true|yes|on|y|t)$/i.test((await configured(run, 'no-index')) ?? ''),
    cert: await configured(run, 'cert'),
    client_cert: await configured(run, 'client-cert'),
    proxy: await configured(run, 'proxy'),
  };
}

async function configured(run: Run, key: string): Promise<string | undefined> {
  for (const section of [':env:', 'install', 'global']) {
    const value = (await run('pip', 'config', 'get', `${section}.${key}`))?.trim();
    if (value) return value;
  }
  return undefined;
}

// pip takes a proxy without a scheme too, and uses one for both schemes.
function proxyOf(text: string): { readonly http: string; readonly https: string } {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return { http: url, https: url };
}

function noticesAbout(options: PipOptions): string[] {
  const ignored = [
    { name: 'extra-index-url', value: options.extra_index_urls, why: 'Gatehouse has one index' },
    { name: 'find-links', value: options.find_links, why: 'Gatehouse has one index' },
    { name: 'trusted-host', value: options.trusted_hosts, why: 'certificates are always checked' },
  ];
  return ignored
    .filter(({ value }) => isPresent(value))
    .map(({ name, why }) => `pip's ${name} is ignored: ${why}.`);
}

function isPresent(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function isText(value: string | null | undefined): value is string {
  return value !== undefined && value !== null && value.trim() !== '';
}

function missingSetting(what: string): GatehouseError {
  return new GatehouseError('invalid-setting', `no upstream index is known: ${what}`, {
    hint: 'Set GATEHOUSE_PYPI_UPSTREAM to the URL of a simple index.',
  });
}

async function runProgram(
  command: string,
  ...parameters: readonly string[]
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const settings = { timeout: 30_000, maxBuffer: 1024 * 1024 };
    execFile(command, parameters, settings, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
}
