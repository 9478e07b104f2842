import { createHash } from 'node:crypto';

import { type Notice, renderNotices } from '../ecosystems/conda/notices.ts';
import type { Channel } from '../mirror/channel.ts';
import type { Notice as Told } from '../mirror/conda-mirror.ts';
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
  if (file === 'notices.json') return renderNotices(parts.mirror.conda.notices().map(noticeOf));
  return undefined;
}

function noticeOf({ created, expires, ...notice }: Told): Notice {
  return {
    ...notice,
    createdAt: new Date(created).toISOString(),
    expiresAt: new Date(expires).toISOString(),
  };
}

/** Which packages there are, and where (CEP 38); the rest of what it may say stands in the records. */
function renderChanneldata({ files, subdirs }: Channel): string {
  const packages = [...Map.groupBy(files, ({ project }) => project)]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([project, own]) => {
      const places = [...new Set(own.map(({ subdir }) => subdir))].toSorted();
      return [project, { subdirs: places }] as const;
    });
  return JSON.stringify({
    channeldata_version: 1,
    packages: Object.fromEntries(packages),
    subdirs: subdirs.toSorted(),
  });
}
