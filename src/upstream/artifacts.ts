import { GatehouseError } from '../model/errors.ts';
import type { UpstreamArtifact } from '../model/record.ts';
import { contentLength, requireIdentity, streamBody } from './body.ts';
import type { Answer } from './exchange.ts';
import { printUrl } from './settings.ts';
import type { ArtifactSource } from './sidecars.ts';

/** An artifact on its way from upstream. Disposing ends the transfer, also when nothing was read of it. */
export interface OpenArtifact extends AsyncDisposable {
  /** As upstream's Content-Length has it; absent: it said none, and the body's end is its only end. */
  readonly sizeBytes?: number;
  /**
   * The bytes as they are, not yet verified; to be read once. Ends without an error only after as many bytes
   * as record and Content-Length say.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

const LIMIT_BYTES = 16 * 1024 ** 3;

/** Asks once for the whole artifact. Throws as `Ask` does, and `upstream-mismatch` where its size is another. */
export async function askArtifact(
  source: ArtifactSource & { readonly slowMs: number },
  artifact: UpstreamArtifact,
  signal: AbortSignal,
): Promise<OpenArtifact> {
  const answer = await source.ask({
    url: artifact.url,
    standing: 'listed',
    lane: 'artifacts',
    headers: { 'accept-encoding': 'identity' },
    accept: [200],
    headersMs: source.headersMs,
    signal,
  });
  try {
    requireIdentity(answer);
    const sizeBytes = contentLength(answer);
    requireSize(answer, artifact.sizeBytes ?? sizeBytes, sizeBytes ?? artifact.sizeBytes);
    const expectedBytes = artifact.sizeBytes ?? sizeBytes;
    return {
      ...(sizeBytes !== undefined && { sizeBytes }),
      body: checkedBody(answer, { expectedBytes, slowMs: source.slowMs }),
      async [Symbol.asyncDispose]() {
        answer.body.destroy();
      },
    };
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
}

async function* checkedBody(
  answer: Answer,
  limits: { readonly expectedBytes: number | undefined; readonly slowMs: number },
): AsyncGenerator<Uint8Array> {
  const { expectedBytes = LIMIT_BYTES, slowMs } = limits;
  let receivedBytes = 0;
  for await (const chunk of streamBody(answer, { limitBytes: expectedBytes, slowMs })) {
    receivedBytes += chunk.length;
    yield chunk;
  }
  requireSize(answer, limits.expectedBytes, receivedBytes);
}

function requireSize(answer: Answer, expected: number | undefined, got: number | undefined): void {
  if (expected === undefined || expected === got) return;
  throw new GatehouseError(
    'upstream-mismatch',
    `${printUrl(answer.url)}: expected ${expected} bytes, got ${got}`,
  );
}
