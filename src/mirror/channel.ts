import { findJson } from '../ecosystems/conda/json-value.ts';
import { findCondaRecord } from '../ecosystems/conda/records.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { ArtifactFilename, ProjectName, SourceId } from '../model/subject.ts';
import { type Instant, earliest } from '../model/time.ts';
import { subdirsOf } from '../policy/ecosystem.ts';
import { findPartArtifact } from './catalogue.ts';
import { askGate } from './gate.ts';
import type { House } from './house.ts';
import type { KnownProject } from './knowledge.ts';
import { isRefusedByName } from './name-refusal.ts';
import { reach, WAIT_MS } from './reach.ts';
import { type MirrorState, nextChange } from './state.ts';

/** A file of a channel that the gate passes. */
export interface ChannelFile {
  readonly subdir: string;
  /** Without its folder. */
  readonly file: string;
  /** With it. */
  readonly filename: ArtifactFilename;
  readonly project: ProjectName;
  readonly sha256: Sha256;
  /** Its record, character for character as upstream has it. */
  readonly repodata: string;
}

/** What one channel shows, all its subdirs as of one moment. */
export interface Channel {
  readonly source: SourceId;
  /** `noarch`, and the subdirs of the declared targets. */
  readonly subdirs: readonly string[];
  /** In the order of their names. */
  readonly files: readonly ChannelFile[];
  /** The next instant at which it can change by time alone. */
  readonly until?: Instant;
}

/** Shows channels. */
export interface Channels {
  /** The channel of a source of the policy; `waiting`: the walk is not done in time, or upstream fails. */
  show(source: SourceId): Promise<Channel | 'waiting'>;
}

/** Makes each channel once for as long as nothing changes. */
export function createChannels(house: House): Channels {
  const { state } = house;
  const kept = new Map<SourceId, Kept>();
  const flights = new Map<string, Promise<Channel | 'waiting'>>();

  async function make(source: SourceId): Promise<Channel | 'waiting'> {
    const { generation } = state;
    const madeAt = state.clock();
    const channel = await showChannel(house, source);
    if (channel.files.length === 0 && isUnanswered(state, source)) return 'waiting';
    kept.set(source, { channel, generation, madeAt });
    return channel;
  }

  return {
    async show(source) {
      if (!(await isComplete(state, performance.now() + WAIT_MS))) return 'waiting';
      const known = kept.get(source);
      if (known !== undefined && stands(known, state)) return known.channel;
      const key = `${source} ${state.generation}`;
      const flight = flights.get(key) ?? make(source).finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
  };
}

/** What a walk has not reached yet would be missing, and clients take what is missing for what does not exist. */
async function isComplete(state: MirrorState, deadline: number): Promise<boolean> {
  for (let left = WAIT_MS; left > 0; left = deadline - performance.now()) {
    if (state.inForce?.catalogue.complete === true) return true;
    await nextChange(state, left);
  }
  return state.inForce?.catalogue.complete === true;
}

/** Whether upstream failed before it ever answered: an empty channel would say that nothing exists. */
function isUnanswered({ projects }: MirrorState, source: SourceId): boolean {
  return projects
    .values()
    .some((known) => known.source === source && known.availability === 'unavailable');
}

interface Kept {
  readonly channel: Channel;
  readonly generation: number;
  readonly madeAt: Instant;
}

function stands({ channel, generation, madeAt }: Kept, state: MirrorState): boolean {
  const now = state.clock();
  const isInTime = now >= madeAt && (channel.until === undefined || now < channel.until);
  return generation === state.generation && isInTime;
}

/** Every file that the catalogue in force names, through the gate. */
async function showChannel(house: House, source: SourceId): Promise<Channel> {
  const { state } = house;
  const parts = [...(state.inForce?.catalogue.parts.values() ?? [])];
  const named = parts.filter(
    (part) =>
      part.source === source && part.counts.approve > 0 && !isRefusedByName(state, part.project),
  );
  const projects = await Promise.all(named.map((part) => load(house, part.project)));
  const shown = projects.flatMap((project) =>
    project?.source === source ? filesOf(state, project) : [],
  );
  const until = shown.reduce<Instant | undefined>(
    (soonest, one) => earliest(soonest, one.until),
    undefined,
  );
  return {
    source,
    subdirs: ['noarch', ...subdirsOf(state.standard.policy)],
    files: shown.map(({ file }) => file).toSorted(byName),
    ...(until === undefined ? {} : { until }),
  };
}

/** Absent: the catalogue does not speak of it any more. */
async function load(house: House, name: ProjectName): Promise<KnownProject | undefined> {
  const reached = await reach(house, name);
  return reached.kind === 'catalogued' ? reached.project : undefined;
}

interface Shown {
  readonly file: ChannelFile;
  readonly until?: Instant;
}

function filesOf(state: MirrorState, project: KnownProject): readonly Shown[] {
  const part = state.inForce?.catalogue.parts.get(project.project);
  return project.artifacts.flatMap((artifact) => {
    const { name, record, subject } = artifact;
    if (name.kind !== 'conda' || record.repodata === undefined) return [];
    // Most of a large package is not in the catalogue at all, and need not be judged to be left out.
    if (part === undefined || findPartArtifact(part, subject)?.verdict !== 'approve') return [];
    const gate = askGate(state, { project, artifact });
    if (gate.verdict !== 'approve' || !statesHash(record.repodata, subject.sha256)) return [];
    return [
      {
        file: {
          subdir: name.subdir,
          file: subject.filename.slice(name.subdir.length + 1),
          filename: subject.filename,
          project: project.project,
          sha256: subject.sha256,
          repodata: record.repodata,
        },
        ...(gate.until === undefined ? {} : { until: gate.until }),
      },
    ];
  });
}

/** Upstream may write a record anew, also without its hash: then clients would check nothing. */
function statesHash(repodata: string, sha256: Sha256): boolean {
  return findCondaRecord(findJson(repodata))?.sha256 === sha256;
}

function byName(left: ChannelFile, right: ChannelFile): number {
  if (left.file === right.file) return left.subdir < right.subdir ? -1 : 1;
  return left.file < right.file ? -1 : 1;
}
