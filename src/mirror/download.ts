import type { ArtifactRecord } from '../model/record.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Quarantine, QuarantinedFile } from './quarantine.ts';

/** An artifact that upstream has begun to send, and where its bytes go. Disposing ends both. */
export interface Download extends AsyncDisposable {
  readonly file: QuarantinedFile;
  /** As upstream announced it; absent: it did not. */
  readonly sizeBytes: number | undefined;
  /** Not yet verified; to be read once. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Asks upstream for an artifact once there is room for it; throws `store-full` before asking. */
export async function openDownload(
  parts: { readonly upstream: Upstream; readonly quarantine: Quarantine },
  record: ArtifactRecord,
  signal: AbortSignal,
): Promise<Download> {
  await using stack = new AsyncDisposableStack();
  const file = stack.use(await parts.quarantine.open(record.sizeBytes ?? 0));
  const { sizeBytes, body } = stack.use(await parts.upstream.openArtifact(record, { signal }));
  const open = stack.move();
  return { file, sizeBytes, body, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
