import { createHash } from 'node:crypto';

import { type Notice, renderNotices } from '../ecosystems/conda/notices.ts';
import type { Channel } from '../mirror/channel.ts';
import type { Notice as Told } from '../mirror/conda-mirror.ts';
import type { IndexFile } from './conda-index.ts';
import type { ServiceParts } from './parts.ts';

/** What people should know (CEP 6). */
export function notices({ mirror }: Pick<ServiceParts, 'mirror'>): IndexFile {
  return rootFile(renderNotices(mirror.conda.notices().map(noticeOf)));
}

/** Which packages there are, and where (CEP 38); the rest of what it may say stands in the records. */
export function channeldata({ files, subdirs }: Channel): IndexFile {
  const packages = [...Map.groupBy(files, ({ project }) => project)]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([project, own]) => {
      const places = [...new Set(own.map(({ subdir }) => subdir))].toSorted();
      return [project, { subdirs: places }] as const;
    });
  const data = {
    channeldata_version: 1,
    packages: Object.fromEntries(packages),
    subdirs: subdirs.toSorted(),
  };
  return rootFile(JSON.stringify(data));
}

function rootFile(text: string): IndexFile {
  const body = Buffer.from(text);
  const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
  const cacheControl = 'public, max-age=60, must-revalidate';
  return { body, etag, contentType: 'application/json', cacheControl };
}

function noticeOf({ created, expires, ...notice }: Told): Notice {
  return {
    ...notice,
    createdAt: new Date(created).toISOString(),
    expiresAt: new Date(expires).toISOString(),
  };
}
