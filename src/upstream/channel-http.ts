import { askArtifact } from './artifacts.ts';
import { requireIdentity, streamBody } from './body.ts';
import type { Channel, ChannelAnswer, ChannelRequest, Validators } from './channel.ts';
import { type Answer, type Ask, discard } from './exchange.ts';

export interface HttpChannelOptions {
  readonly ask: Ask;
  readonly url: string;
  readonly headersMs: number;
  readonly indexHeadersMs: number;
  readonly slowMs: number;
  readonly close: () => Promise<void>;
}

/** A channel behind HTTP; its files may be where the channel redirects to, as far as the address guard lets them. */
export function openHttpChannel(options: HttpChannelOptions): Channel {
  const { ask, url, headersMs, indexHeadersMs, slowMs } = options;
  return {
    url,
    async ask(request) {
      const answer = await ask({
        url: request.url,
        standing: 'index',
        lane: 'facts',
        headers: { 'accept-encoding': 'identity', ...conditions(request.known) },
        accept: [200, 404, 410]
          .concat(request.isOptional ? [403] : [])
          .concat(request.known === undefined ? [] : [304]),
        headersMs: indexHeadersMs,
        signal: request.signal,
      });
      return understand(answer, request, slowMs);
    },
    open: async (artifact, signal) => askArtifact({ ask, headersMs, slowMs }, artifact, signal),
    [Symbol.asyncDispose]: options.close,
  };
}

function understand(answer: Answer, request: ChannelRequest, slowMs: number): ChannelAnswer {
  if (answer.status !== 200) {
    discard(answer);
    return { kind: answer.status === 304 ? 'unchanged' : 'absent' };
  }
  const validators = validatorsOf(answer);
  // A server that knows no conditional requests need not send it all.
  if (isSame(validators, request.known)) {
    answer.body.destroy();
    return { kind: 'unchanged' };
  }
  try {
    requireIdentity(answer);
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
  return {
    kind: 'file',
    validators,
    body: streamBody(answer, { limitBytes: request.limitBytes, slowMs }),
    async [Symbol.asyncDispose]() {
      answer.body.destroy();
    },
  };
}

function conditions(known: Validators = {}): Readonly<Record<string, string>> {
  if (known.etag !== undefined) return { 'if-none-match': known.etag };
  return known.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified };
}

function validatorsOf(answer: Answer): Validators {
  const [etag, lastModified] = [answer.header('etag'), answer.header('last-modified')];
  return {
    ...(isUsable(etag) && { etag }),
    ...(isUsable(lastModified) && { lastModified }),
  };
}

function isUsable(text: string | undefined): text is string {
  return text !== undefined && /^[\x20-\x7e]{1,1024}$/.test(text);
}

// Only a strong or weak tag says that it is the same: a second has room for two files.
function isSame(validators: Validators, known: Validators | undefined): boolean {
  return validators.etag !== undefined && validators.etag === known?.etag;
}
