import { GatehouseError } from '../model/errors.ts';
import { CLIENT_NAMES, type ClientName, clientSettings } from './client-settings.ts';
import { type CommandInput, type Outcome, readWords, wrongUse } from './command.ts';

const USAGE = `client-config --for ${CLIENT_NAMES.join('|')} [--url URL] [--env] [--json]`;

/** `client-config`: prints the file, or the variables, with which a program installs from Gatehouse alone. */
export async function clientConfig({ words, config, say }: CommandInput): Promise<Outcome> {
  const { client, url, env, json } = readWords(words, { text: USAGE, least: 0, most: 0 });
  const name = CLIENT_NAMES.find((known) => known === client);
  if (name === undefined) throw wrongUse(USAGE);
  const index = parseIndex(url ?? config.publicUrl);
  const settings = clientSettings(name, index);
  if (json) {
    const output = JSON.stringify({ client: name, index: index.href, ...settings }, undefined, 2);
    return { status: 0, output };
  }
  if (env) return exportLines(name, settings.environment);
  say(`${settings.path}:`);
  for (const note of settings.notes) say(`# ${note}`);
  return { status: 0, output: settings.content };
}

/** The address of the service, or of its index. */
function parseIndex(text: string): URL {
  const path = '/pypi/simple/';
  const base = text.replace(/\/+$/, '');
  const address = base.endsWith(path.slice(0, -1)) ? `${base}/` : `${base}${path}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isWeb = url !== undefined && /^https?:$/.test(url.protocol);
  if (isWeb && url.search === '' && url.hash === '') return url;
  throw new GatehouseError('wrong-use', `--url: got ${text}, expected an http or https URL`, {
    hint: 'write the address under which notebooks reach the service, such as https://gatehouse.example',
  });
}

function exportLines(name: ClientName, environment: Readonly<Record<string, string>>): Outcome {
  const lines = Object.entries(environment);
  if (lines.length === 0) {
    throw new GatehouseError('not-found', `${name} reads no variable that names its index`, {
      hint: `leave --env out: the file does it`,
    });
  }
  const output = lines.map(([variable, value]) => `export ${variable}=${inShell(value)}`);
  return { status: 0, output: output.join('\n') };
}

function inShell(text: string): string {
  return /^[\w.:/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
