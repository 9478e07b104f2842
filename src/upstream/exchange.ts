import type { Dispatcher } from 'undici';

import { GatehouseError } from '../model/errors.ts';
import type { AddressGuard, Standing } from './address-guard.ts';
import type { Connections, Lane } from './connections.ts';
import { printUrl, type UpstreamSettings } from './settings.ts';

/** One GET, redirects included. */
export interface Question {
  readonly url: string;
  readonly standing: Exclude<Standing, 'redirected'>;
  readonly lane: Lane;
  readonly headers: Readonly<Record<string, string>>;
  /** The statuses that the caller can use; any other is an error. */
  readonly accept: readonly number[];
  readonly headersMs: number;
  readonly signal: AbortSignal;
}

export interface Answer {
  /** Where the answer is from, after redirects. */
  readonly url: URL;
  readonly status: number;
  /** The value of a header; several of one name are joined by a comma and a space. */
  header(name: string): string | undefined;
  readonly body: Dispatcher.ResponseData['body'];
  /** The question's: it ends the body too. */
  readonly signal: AbortSignal;
}

/**
 * Asks once. Errors: `upstream-unavailable` (worth another try; `data.retryAfterSeconds` if upstream said so),
 * `upstream-not-found`, `upstream-refused` and `upstream-mismatch`; the signal's reason when it aborts.
 */
export type Ask = (question: Question) => Promise<Answer>;

export interface ExchangeOptions {
  readonly settings: UpstreamSettings;
  readonly guard: AddressGuard;
  readonly connections: Connections;
  /** Longest pause within a body. */
  readonly idleMs: number;
}

interface Place {
  readonly url: URL;
  readonly standing: Standing;
}

const REDIRECTS = [301, 302, 303, 307, 308];
const MAXIMUM_REDIRECTS = 3;
// RFC 9110: these say that the same request may succeed later.
const TRY_LATER = [408, 425, 429];

export function openExchange(options: ExchangeOptions): Ask {
  const index = new URL(options.settings.indexUrl);

  async function askOnce(question: Question, url: URL, standing: Standing): Promise<Answer> {
    await options.guard.checkHost(url.hostname, standing);
    const protocol = url.protocol === 'https:' ? 'https:' : 'http:';
    const dispatcher = options.connections.dispatcherFor({
      protocol,
      lane: question.lane,
      standing,
    });
    const { statusCode, headers, body } = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: { 'user-agent': 'gatehouse', ...question.headers, ...authorization(url) },
      headersTimeout: question.headersMs,
      bodyTimeout: options.idleMs,
      signal: question.signal,
    });
    // An error that comes while nobody reads must not end the process; who reads gets it all the same.
    body.on('error', ignore);
    const { signal } = question;
    return { url, status: statusCode, header: (name) => headerText(headers[name]), body, signal };
  }

  function authorization(url: URL): Readonly<Record<string, string>> {
    const { credentials } = options.settings;
    if (credentials === undefined || url.origin !== index.origin) return {};
    const pair = Buffer.from(`${credentials.username}:${credentials.password}`);
    return { authorization: `Basic ${pair.toString('base64')}` };
  }

  function standingAfter(url: URL, from: Place): Standing {
    if (isSameHost(url, from.url)) return from.standing;
    return isSameHost(url, index) ? 'index' : 'redirected';
  }

  return async (question) => {
    let url = checkedUrl(question.url, index);
    let standing: Standing = isSameHost(url, index) ? 'index' : question.standing;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await askOnce(question, url, standing).catch((error: unknown) => {
        throw failure(error, url, question.signal);
      });
      if (question.accept.includes(answer.status)) return answer;
      discard(answer);
      if (!REDIRECTS.includes(answer.status)) throw unexpectedStatus(answer);
      if (redirects === MAXIMUM_REDIRECTS) {
        throw new GatehouseError(
          'upstream-refused',
          `${printUrl(url)}: more than ${MAXIMUM_REDIRECTS} redirects`,
        );
      }
      const next = checkedUrl(redirectTarget(answer), url);
      standing = standingAfter(next, { url, standing });
      url = next;
    }
  };
}

// Another port of a host is another place; TLS on a host that was asked without is not.
function isSameHost(url: URL, other: URL): boolean {
  if (url.origin === other.origin) return true;
  return url.hostname === other.hostname && url.protocol === 'https:' && other.protocol === 'http:';
}

function ignore(): void {}

/** Makes what went wrong while asking or reading an error of this project, or the reason of the signal's abort. */
export function failure(error: unknown, url: URL, signal: AbortSignal): unknown {
  if (error instanceof GatehouseError) return error;
  if (signal.aborted) return signal.reason;
  const reason = error instanceof Error ? reasonOf(error) : 'unknown';
  return new GatehouseError(
    'upstream-unavailable',
    `no whole answer from ${printUrl(url)}: ${reason}`,
    { cause: error },
  );
}

/** Ends an answer that nobody reads; a short rest is read so that the connection can be used again. */
export function discard(answer: Answer): void {
  answer.body.dump({ limit: 64 * 1024, signal: AbortSignal.timeout(2000) }).catch(ignore);
}

function checkedUrl(text: string, from: URL): URL {
  const url = URL.parse(text, from);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new GatehouseError(
      'upstream-refused',
      `not an http or https URL, as given by ${printUrl(from)}`,
    );
  }
  if (url.protocol === 'http:' && from.protocol === 'https:') {
    throw new GatehouseError(
      'upstream-refused',
      `${printUrl(url)}: not asked without TLS, as ${from.origin} names it over TLS`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new GatehouseError(
      'upstream-refused',
      `${printUrl(url)}: not asked, as its URL holds credentials`,
    );
  }
  return url;
}

function redirectTarget(answer: Answer): string {
  const target = answer.header('location');
  if (target !== undefined) return target;
  throw new GatehouseError(
    'upstream-mismatch',
    `${printUrl(answer.url)}: a redirect without Location: ${answer.status}`,
  );
}

function unexpectedStatus(answer: Answer): GatehouseError {
  const { status } = answer;
  const message = `${printUrl(answer.url)} answered ${status}`;
  if (TRY_LATER.includes(status) || status >= 500) {
    const seconds = retryAfterSeconds(answer.header('retry-after'));
    const data = { status, ...(seconds !== undefined && { retryAfterSeconds: seconds }) };
    return new GatehouseError('upstream-unavailable', message, { data });
  }
  if (status === 404 || status === 410) {
    return new GatehouseError('upstream-not-found', message, { data: { status } });
  }
  if (status === 401 || status === 403) {
    const hint = 'Check the credentials of the upstream index; they are sent to no other host.';
    return new GatehouseError('upstream-refused', message, { data: { status }, hint });
  }
  const code = status >= 400 ? 'upstream-refused' : 'upstream-mismatch';
  return new GatehouseError(code, message, { data: { status } });
}

// RFC 9110 §10.2.3: seconds, or a date.
function retryAfterSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

function headerText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value;
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message === '' ? code : `${code}: ${error.message}`;
}
