import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { compareReleases, type ReleaseVersion } from '../ecosystems/releases.ts';
import type { Finding } from '../model/decision.ts';
import { GatehouseError } from '../model/errors.ts';
import type { ArtifactFilename, ProjectName } from '../model/subject.ts';
import type { PythonTarget } from '../model/target.ts';
import type { TrialFact } from '../model/trial.ts';
import { blobKey } from '../store/blobs.ts';
import { saveTrial } from '../store/trials.ts';
import { findApprovedSet, isFor } from './approved-set.ts';
import { currentOf, learnEvidence } from './current.ts';
import { askGate } from './gate.ts';
import type { OpenParts } from './open.ts';
import { gatherProvenance } from './provenance.ts';
import { reach } from './reach.ts';
import type { Located } from './state.ts';

/** What is to be tried, and where its wheels are to be put. */
export interface AskedTrial {
  readonly project: ProjectName;
  readonly version: ReleaseVersion;
  readonly target: PythonTarget;
  /** Empty, and its owner's alone to write. */
  readonly folder: string;
}

/** Wheels that the gate passed, verified, in the folder. */
export interface GatheredTrial {
  readonly files: readonly ArtifactFilename[];
  /** Top-level modules of the one under trial. */
  readonly modules: readonly string[];
}

export type TriedOut =
  | { readonly kind: 'tried'; readonly filename: ArtifactFilename; readonly fact: TrialFact }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[]; readonly reason?: string };

/** Runs what was gathered, where nothing can get out. */
export type Runner = (gathered: GatheredTrial) => Promise<Omit<TrialFact, 'closure'>>;

/**
 * Has an approved wheel tried with an approved closure, and keeps what was seen. Nothing is admitted by that: what the
 * contents of any of them refuse is not tried, as it would not be served.
 */
export async function tryOut(parts: OpenParts, asked: AskedTrial, run: Runner): Promise<TriedOut> {
  const { state } = parts;
  const root = await findRoot(parts, asked);
  if ('kind' in root) return root;
  const set = await findApprovedSet(parts, root, asked.target);
  if (set.kind === 'unmet') return { kind: 'refused', findings: [], reason: set.reason };
  for (const wheel of set.wheels) {
    const refused = await bring(parts, wheel, asked.folder);
    if (refused !== undefined) return refused;
  }
  const { evidence, subject } = currentOf(state, root).artifact;
  const contents = evidence?.kind === 'wheel' ? evidence.contents : undefined;
  const files = set.wheels.map(({ artifact }) => artifact.subject.filename);
  const modules = contents?.modules ?? [];
  const seen = await run({ files, modules: modules.slice(0, MODULES_TRIED) });
  const others = set.wheels.map(({ artifact }) => artifact.subject.sha256);
  const closure = others.filter((sha256) => sha256 !== subject.sha256).toSorted();
  // What was not imported was not watched, whatever it does.
  const failure = `only ${MODULES_TRIED} of its ${modules.length} modules were imported`;
  const fact = { ...(modules.length > MODULES_TRIED ? { failure } : {}), ...seen, closure };
  await saveTrial(state.store, subject.sha256, fact);
  return { kind: 'tried', filename: subject.filename, fact };
}

const MODULES_TRIED = 20;

async function findRoot(
  parts: OpenParts,
  { project: name, version, target }: AskedTrial,
): Promise<Located | Extract<TriedOut, { kind: 'refused' }>> {
  const reached = await reach(parts, name);
  if (reached.kind === 'waiting')
    return { kind: 'refused', findings: [], reason: 'upstream did not answer in time' };
  const { project } = reached;
  let findings: readonly Finding[] | undefined;
  for (const artifact of project?.artifacts ?? []) {
    if (project === undefined || compareReleases(artifact.name.version, version) !== 0) continue;
    if (!isFor(artifact, target)) continue;
    await parts.gatherer.stored(artifact);
    const gate = askGate(parts.state, { project, artifact });
    if (gate.verdict === 'approve') return { project, artifact };
    findings ??= gate.findings;
  }
  if (findings !== undefined) return { kind: 'refused', findings };
  const reason = `nothing of ${name} ${version.text} is known for ${target.id}`;
  return { kind: 'refused', findings: [], reason };
}

/** Puts a verified wheel into the folder; gives why its contents are refused, if they are. */
async function bring(
  { state, admitter }: OpenParts,
  located: Located,
  folder: string,
): Promise<Extract<TriedOut, { kind: 'refused' }> | undefined> {
  const { artifact } = located;
  const path = join(folder, artifact.subject.filename);
  if (artifact.admitted) {
    await copyAdmitted(state, located, path);
  } else {
    learnEvidence(state, artifact.subject, await admitter.fetchTo(artifact, path));
    await gatherProvenance(state, located);
  }
  const gate = askGate(state, currentOf(state, located));
  return gate.verdict === 'approve' ? undefined : { kind: 'refused', findings: gate.findings };
}

async function copyAdmitted(
  { store }: Pick<OpenParts['state'], 'store'>,
  { artifact }: Located,
  path: string,
): Promise<void> {
  const { filename, sha256 } = artifact.subject;
  await using object = await store.open(blobKey(sha256));
  await using file = await open(path, 'wx');
  const hash = createHash('sha256');
  for await (const piece of object?.body ?? []) {
    hash.update(piece);
    await file.writeFile(piece);
  }
  if (hash.digest('hex') === sha256) return;
  throw new GatehouseError('store-corrupt', `the store lost or damaged the bytes of ${filename}`);
}
