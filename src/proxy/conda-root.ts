import { createHash } from 'node:crypto';

import { renderChanneldata } from '../ecosystems/conda/channeldata.ts';
import { renderNotices } from '../ecosystems/conda/notices.ts';
import type { Channel } from '../mirror/channel.ts';
import type { IndexFile } from './conda-index.ts';
import type { ServiceParts } from './parts.ts';

/** Files of a channel's own folder: what it has (CEP 38), and what people should know (CEP 6). */
export function rootIndex(
  parts: ServiceParts,
  channel: Channel,
  file: string,
): IndexFile | undefined {
  const text = textOf(parts, channel, file);
  if (text === undefined) return undefined;
  const body = Buffer.from(text);
  const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
  const cacheControl = 'public, max-age=60, must-revalidate';
  return { body, etag, contentType: 'application/json', cacheControl };
}

function textOf(parts: ServiceParts, channel: Channel, file: string): string | undefined {
  if (file === 'channeldata.json') return renderChanneldata(channel);
  if (file === 'notices.json') return renderNotices(parts.mirror.conda.notices());
  return undefined;
}
