import type { ReleaseVersion } from '../ecosystems/releases.ts';
import type { ArtifactFilename, ProjectName, SourceId } from '../model/subject.ts';
import { DAY_MS, type Instant } from '../model/time.ts';
import { type Channel, createChannels } from './channel.ts';
import { type Explanation, explain } from './explain.ts';
import type { House } from './house.ts';
import { findShard, keepShard } from './kept-shards.ts';
import { type Opened, openArtifact, type Wanted } from './open.ts';

/** What the surface of conda's channels asks. */
export interface CondaMirror {
  /** The source that a channel's name means; absent: the policy has none. */
  source(name: string): SourceId | undefined;
  /** What a channel shows; `waiting`: before the first catalogue. */
  channel(source: SourceId): Promise<Channel | 'waiting'>;
  open(wanted: Wanted): Promise<Opened>;
  explain(asked: {
    readonly project: ProjectName;
    readonly version?: ReleaseVersion;
  }): Promise<Explanation | undefined>;
  /** What users of the channels should know now. */
  notices(): readonly Notice[];
  /** Keeps a shard for whoever holds an index that names it. */
  keepShard(shard: {
    readonly source: SourceId;
    readonly subdir: string;
    readonly sha256: string;
    readonly project: ProjectName;
    readonly filenames: readonly ArtifactFilename[];
    readonly body: Uint8Array;
  }): Promise<void>;
  /** A shard of an earlier index, while all that it names still passes the gate; absent: else. */
  oldShard(wanted: {
    readonly source: SourceId;
    readonly subdir: string;
    readonly sha256: string;
  }): Promise<Uint8Array | undefined>;
}

/** One thing that users should know (CEP 6). */
export interface Notice {
  readonly id: string;
  readonly message: string;
  readonly level: 'info' | 'warning' | 'critical';
  readonly created: Instant;
  readonly expires: Instant;
}

/** How long a revocation is told to whoever installs something. */
const TOLD_MS = 30 * DAY_MS;

export function openCondaMirror(house: House): CondaMirror {
  const { state } = house;
  const channels = createChannels(house);
  return {
    source: (name) =>
      state.standard.policy.sources.find(({ id, kind }) => kind === 'conda' && id === name)?.id,
    channel: (source) => channels.show(source),
    open: (wanted) => openArtifact(house, wanted),
    explain: (asked) => explain(house, asked),
    notices: () => noticesOf(house),
    keepShard: ({ sha256, ...shard }) => keepShard(house, sha256, shard),
    oldShard: (wanted) => findShard(house, wanted),
  };
}

function noticesOf({ state }: House): readonly Notice[] {
  const now = state.clock();
  return state.standard.revocations
    .filter(({ time }) => time <= now && now < time + TOLD_MS)
    .map(({ what, reason, time }) => {
      const name =
        what.kind === 'bytes'
          ? `the file with sha256 ${what.sha256}`
          : `${what.project} ${what.version}`;
      const id = what.kind === 'bytes' ? what.sha256 : `${what.project}-${what.version}`;
      return {
        id: `revoked-${id}`,
        message: `${name} was revoked: ${reason}. Rebuild environments that have it.`,
        level: 'warning',
        created: time,
        expires: time + TOLD_MS,
      };
    });
}
