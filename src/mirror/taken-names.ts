import { type ArtifactName, findArtifactName } from '../ecosystems/pypi/filenames.ts';
import { compareVersions } from '../ecosystems/pypi/versions.ts';
import { inlineAdmissions } from '../ledger/admissions.ts';
import type { Head } from '../ledger/head.ts';
import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import type { Evidence } from '../model/evidence.ts';
import type { ProjectName, Subject } from '../model/subject.ts';
import { SECOND_MS } from '../model/time.ts';
import { readEvidence } from '../store/facts.ts';
import type { TakenName } from '../validation/rules/rule.ts';
import { type KnownArtifact, subjectKey } from './knowledge.ts';
import {
  type NameOwners,
  type NameRegister,
  type NamedWheel,
  createNameRegister,
  eitherOwners,
} from './name-owners.ts';
import { type MirrorParts, type MirrorState, announce, nextChange } from './state.ts';

interface Answered {
  readonly owners: NameOwners;
  readonly revision: number;
  readonly evidence: Evidence;
  readonly taken: readonly TakenName[];
}

const answered = new WeakMap<KnownArtifact, Answered>();

/**
 * The names of an artifact that other projects have; absent: it was admitted itself, or its members were not read. The
 * same list while nothing of it changes, so that judgements can be kept.
 */
export function takenNames(
  owners: NameOwners,
  artifact: KnownArtifact,
): readonly TakenName[] | undefined {
  const { admitted, evidence, subject } = artifact;
  if (admitted || evidence?.kind !== 'wheel' || evidence.contents === undefined) return undefined;
  const { revision } = owners;
  const before = answered.get(artifact);
  const isOf = before?.owners === owners && before.evidence === evidence;
  if (isOf && before.revision === revision) return before.taken;
  const fresh = owners.takenFrom(subject.project, evidence.contents);
  const isSame = isOf && JSON.stringify(before.taken) === JSON.stringify(fresh);
  const taken = isSame ? before.taken : fresh;
  answered.set(artifact, { owners, revision, evidence, taken });
  return taken;
}

/**
 * What an admitted artifact brings is its project's from now on. Where something that is not admitted brings the same,
 * a page may change.
 */
export function learnNames(
  state: MirrorState,
  subject: Subject,
  evidence: Evidence | undefined,
): void {
  const wheel = namedWheel(subject, evidence);
  if (wheel === undefined) return;
  state.names.learn(wheel);
  if (isContested(state, subject.project)) announce(state);
}

/** Few have evidence and are not admitted: what is read whole for its metadata, and what is refused. */
function isContested({ names, projects }: MirrorState, owner: ProjectName): boolean {
  for (const { artifacts } of projects.values()) {
    const isOne = artifacts.some((artifact) =>
      takenNames(names, artifact)?.some(({ project }) => project === owner),
    );
    if (isOne) return true;
  }
  return false;
}

/**
 * Reads from the store what all that was admitted brings: of each project the newest version, whether or not anything
 * else is known of the project yet. Evidence that is lost has no names, and nothing of it is served.
 */
export async function loadNames(
  { store, log }: Pick<MirrorParts, 'store' | 'log'>,
  admitted: Iterable<Subject>,
): Promise<NameRegister> {
  const register = createNameRegister();
  const subjects = newestOfEach(admitted);
  for (let index = 0; index < subjects.length; index += READS_AT_ONCE) {
    const group = subjects.slice(index, index + READS_AT_ONCE);
    const read = await Promise.all(group.map((subject) => wheelOf({ store, log }, subject)));
    for (const wheel of read) {
      if (wheel !== undefined) register.learn(wheel);
    }
  }
  return register;
}

const READS_AT_ONCE = 32;

/** Of wheels: names of modules are not read of other formats, and a newer one of these must not hide them. */
function newestOfEach(admitted: Iterable<Subject>): readonly Subject[] {
  const newest = new Map<ProjectName, readonly Subject[]>();
  for (const subject of admitted) {
    if (findWheelName(subject) === undefined) continue;
    const known = newest.get(subject.project) ?? [];
    const order = known[0] === undefined ? 1 : compareSubjects(subject, known[0]);
    if (order > 0) newest.set(subject.project, [subject]);
    else if (order === 0) newest.set(subject.project, [...known, subject]);
  }
  return [...newest.values()].flat();
}

function compareSubjects(left: Subject, right: Subject): number {
  const [one, other] = [left, right].map(findWheelName);
  if (one === undefined || other === undefined)
    return Number(one !== undefined) - Number(other !== undefined);
  return compareVersions(one.version, other.version);
}

function findWheelName({ filename, project }: Subject): ArtifactName | undefined {
  const name = findArtifactName(filename, project);
  return name?.kind === 'wheel' ? name : undefined;
}

async function wheelOf(
  { store, log }: Pick<MirrorParts, 'store' | 'log'>,
  subject: Subject,
): Promise<NamedWheel | undefined> {
  try {
    return namedWheel(subject, (await readEvidence(store, subject.sha256))?.evidence);
  } catch (error) {
    if (!isGatehouseError(error, 'store-corrupt')) throw error;
    log.error({ filename: subject.filename, err: error }, 'names of an admitted artifact not read');
    return undefined;
  }
}

function namedWheel(subject: Subject, evidence: Evidence | undefined): NamedWheel | undefined {
  const { project, filename } = subject;
  const name = findWheelName(subject);
  if (name === undefined || evidence?.kind !== 'wheel') return undefined;
  return { project, filename, version: name.version, contents: evidence.contents };
}

/**
 * What is known, and what a head has that is not known yet: admissions of other processes, and those that would enter
 * the ledger together with the one that is judged, before it. Who comes first in the ledger keeps a name.
 */
export async function namesAsOf(state: MirrorState, head: Head): Promise<NameOwners> {
  const { names } = state;
  const unseen = inlineAdmissions(head)
    .map(({ subject }) => subject)
    .filter((subject) => !state.admitted.has(subjectKey(subject)));
  return unseen.length === 0 ? names : eitherOwners(names, await loadNames(state, unseen));
}

/** How long an admission waits for what is read again. */
const PATIENCE_MS = 10 * SECOND_MS;

/**
 * Resolves when the names of all that was admitted are known: after an upgrade from a version that read no members they
 * are read again first. Throws `not-ready`.
 */
export async function untilNamesKnown(state: MirrorState, subject: Subject): Promise<void> {
  const patience = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), state.ending]);
  while (!state.isReadAgain && state.names.unread().length > 0) {
    if (patience.aborted) {
      const [first] = state.names.unread();
      throw new GatehouseError(
        'not-ready',
        `${subject.filename} waits until what was admitted before is read again, such as ${first}`,
        { hint: 'Ask again in a few minutes.' },
      );
    }
    await nextChange(state, SECOND_MS / 4);
  }
}
