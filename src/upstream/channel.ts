import type { UpstreamArtifact } from '../model/record.ts';
import type { OpenArtifact } from './artifacts.ts';

/** What says whether a file of a channel is still the one that was read. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

export interface ChannelRequest {
  /** Absolute, within the channel's own host or folder. */
  readonly url: string;
  /** Of the file that is known already. */
  readonly known?: Validators;
  readonly limitBytes: number;
  /** Another format has the same facts, so a refusal counts as absence: some servers answer 403 for what is not there. */
  readonly isOptional: boolean;
  readonly signal: AbortSignal;
}

/** Disposing ends the transfer. */
export interface ChannelFile extends AsyncDisposable {
  readonly kind: 'file';
  readonly validators: Validators;
  /** To be read once; throws `upstream-unavailable` and `upstream-mismatch`. */
  readonly body: AsyncIterable<Uint8Array>;
}

export type ChannelAnswer =
  | ChannelFile
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'absent' };

/** Where the files of one channel are: behind HTTP, or in a folder. */
export interface Channel extends AsyncDisposable {
  /** With a slash at the end. */
  readonly url: string;
  /** Asks once for a file. Throws as `Ask` does. */
  ask(request: ChannelRequest): Promise<ChannelAnswer>;
  /** The bytes of an artifact; its size is checked. */
  open(artifact: UpstreamArtifact, signal: AbortSignal): Promise<OpenArtifact>;
}

/**
 * What a reference in an index leads to. Absent where that is another host, another folder than the channel's for one
 * in a folder, or no URL.
 */
export function findOwnUrl(
  channelUrl: string,
  { from, reference }: { readonly from: string; readonly reference: string },
): string | undefined {
  const url = URL.parse(reference, from);
  const channel = new URL(channelUrl);
  if (url === null || url.protocol !== channel.protocol || url.host !== channel.host)
    return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  if (url.protocol === 'file:' && !url.href.startsWith(channel.href)) return undefined;
  url.search = '';
  url.hash = '';
  return url.href;
}
