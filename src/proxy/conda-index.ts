import type { Channel } from '../mirror/channel.ts';
import type { SourceId } from '../model/subject.ts';
import { channeldata, notices } from './conda-root.ts';
import { fingerprintOf, type ShardMemory } from './conda-shards.ts';
import { type CondaSubdir, createCondaSubdir } from './conda-subdir.ts';
import type { ServiceParts } from './parts.ts';

/** An index file as it goes over the wire. */
export interface IndexFile {
  readonly body: Buffer;
  /** Strong, and another one for each encoding. */
  readonly etag: string;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Which index file is asked for. */
export interface WantedIndex {
  readonly source: SourceId;
  /** Absent: one of the channel's own folder. */
  readonly subdir: string | undefined;
  readonly file: string;
}

/** The index files of all channels, each encoding made once for as long as nothing in it changes. */
export interface CondaIndexes {
  /** Absent: there is no such index. `waiting`: before the first catalogue. */
  find(wanted: WantedIndex): Promise<IndexFile | 'waiting' | undefined>;
}

/** Makes an empty memory of index files. */
export function createCondaIndexes(parts: ServiceParts): CondaIndexes {
  const { log, mirror } = parts;
  const { conda } = mirror;
  const subdirs = new Map<string, { readonly subdir: CondaSubdir; readonly memory: ShardMemory }>();
  const seen = new WeakMap<Channel, Map<string, CondaSubdir>>();

  /** The same for as long as its files are, so that what was made of it is kept. */
  function subdirOf(channel: Channel, name: string): CondaSubdir | undefined {
    if (!channel.subdirs.includes(name)) return undefined;
    const known = seen.get(channel)?.get(name);
    if (known !== undefined) return known;
    const files = channel.files.filter(({ subdir }) => subdir === name);
    const fingerprint = fingerprintOf(files);
    const key = `${channel.source}/${name}`;
    const before = subdirs.get(key);
    const memory: ShardMemory = before?.memory ?? new Map();
    const subdir =
      before?.subdir.fingerprint === fingerprint
        ? before.subdir
        : createCondaSubdir({
            conda,
            log,
            source: channel.source,
            name,
            files,
            fingerprint,
            memory,
          });
    subdirs.set(key, { subdir, memory });
    seen.set(channel, (seen.get(channel) ?? new Map<string, CondaSubdir>()).set(name, subdir));
    return subdir;
  }

  return {
    async find({ source, subdir: name, file }) {
      // What people should know does not wait for a walk: conda waits 5 s for it.
      if (name === undefined && file === 'notices.json') return notices(parts);
      if (name === undefined && file !== 'channeldata.json') return undefined;
      const channel = await conda.channel(source);
      if (channel === 'waiting') return 'waiting';
      return name === undefined ? channeldata(channel) : subdirOf(channel, name)?.find(file);
    },
  };
}
