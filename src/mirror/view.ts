import { createHash } from 'node:crypto';

import { parseArtifactFilename } from '../ecosystems/pypi/filenames.ts';
import { type Version, compareVersions, findVersion } from '../ecosystems/pypi/versions.ts';
import { isPrereleaseVersion } from '../ecosystems/releases.ts';
import type { Finding } from '../model/decision.ts';
import type { ProjectStatus } from '../model/record.ts';
import { type Sha256, parseSha256 } from '../model/sha256.ts';
import type { ArtifactFilename, ProjectName } from '../model/subject.ts';
import { type Instant, earliest } from '../model/time.ts';
import { findPartArtifact } from './catalogue.ts';
import { type GateAnswer, askGate } from './gate.ts';
import { candidateOf } from './judging.ts';
import { type KnownArtifact, type KnownProject, metadataOf } from './knowledge.ts';
import { isRefusedByName, nameRefusal } from './name-refusal.ts';
import { servedProvenance } from './provenance.ts';
import type { Reached } from './reach.ts';
import type { MirrorState } from './state.ts';

/** What a project page shows, before it is written in one of its forms. */
export interface ProjectView {
  readonly project: ProjectName;
  readonly status?: { readonly status: ProjectStatus; readonly reason?: string };
  readonly entries: readonly ViewEntry[];
  /** The next instant at which the view can change by time alone. */
  readonly until?: Instant;
}

export interface ViewEntry {
  /** `approved`: the gate passes. `refused`: its file answers with the reason. `tombstone`: made up, to carry one. */
  readonly kind: 'approved' | 'refused' | 'tombstone';
  readonly filename: ArtifactFilename;
  readonly sha256: Sha256;
  readonly version: string;
  readonly sizeBytes?: number;
  readonly uploadTime?: string;
  readonly requiresPython?: string;
  /** Upstream's own yank of an approved artifact; the reason may be empty. */
  readonly yanked?: { readonly reason: string };
  /** Shown as yanked by the mirror: clients pass over it unless it is pinned. */
  readonly hidden?: boolean;
  readonly metadata?: Sha256;
  /** Digest of its attestations, verified when it was admitted. */
  readonly provenance?: Sha256;
  /** Why it is refused; empty for what is approved. */
  readonly findings: readonly Finding[];
}

/** The version of the file that stands on the page of a project of which nothing else can be listed. */
export const TOMBSTONE_VERSION = '0+not.approved.by.policy';

/**
 * Older than every cut-off that people set. Without a time pip's `--uploaded-prior-to` fails on the whole page, and uv
 * and pdm leave the file out with theirs, so that nobody reads the reason.
 */
const TOMBSTONE_TIME = '1970-01-01T00:00:00.000000Z';

/** Makes what a project page shows, every entry through the gate (DESIGN §5, §7). */
export function viewOf(
  state: MirrorState,
  name: ProjectName,
  reached: Exclude<Reached, { readonly kind: 'waiting' }>,
): ProjectView {
  const show = state.standard.policy.denials.show.value;
  if (reached.kind === 'unapproved') return unapprovedView(name, reached.project, state);
  const { project } = reached;
  const answers = answersOf(state, project);
  const approved = answers.filter(({ gate }) => gate.verdict === 'approve');
  if (approved.length === 0) return unapprovedView(name, project, state);
  const refused = show === 'hide' ? [] : answers.filter(({ gate }) => gate.verdict !== 'approve');
  const entries = [
    ...approved.map((answer) => entryOf('approved', answer)),
    ...refused.map((answer) =>
      show === 'explain' || isYanked(answer) ? passedOver(answer) : entryOf('refused', answer),
    ),
  ];
  return withUntil({ project: name, ...statusOf(project), entries: oldestFirst(entries) }, answers);
}

interface Answer {
  readonly artifact: KnownArtifact;
  readonly gate: GateAnswer;
}

/** The gate's answer for every artifact that the part names and that is known here. */
function answersOf(state: MirrorState, project: KnownProject): readonly Answer[] {
  const part = state.inForce?.catalogue.parts.get(project.project);
  if (part === undefined) return [];
  return project.artifacts
    .filter(({ subject }) => findPartArtifact(part, subject) !== undefined)
    .map((artifact) => ({ artifact, gate: askGate(state, { project, artifact }) }));
}

/**
 * Nothing is approved: refused files, un-yanked so that clients choose one and print its reason. Upstream's own yanks
 * stay where it has another final version, or clients would print the reason of what they never chose there.
 */
function unapprovedView(
  name: ProjectName,
  project: KnownProject | undefined,
  state: MirrorState,
): ProjectView {
  if (state.standard.policy.denials.show.value === 'hide') return { project: name, entries: [] };
  // Of a quarantined project no file may be offered (PEP 792): the made-up one alone carries the reason.
  const isQuarantined = project?.records?.status?.status === 'quarantined';
  const answers = project === undefined || isQuarantined ? [] : refusalsToShow(state, project);
  const refused = answers.filter(({ gate }) => gate.verdict !== 'approve');
  const hasOther = refused.some(
    (answer) => !isYanked(answer) && !isPrereleaseVersion(answer.artifact.name.version),
  );
  const entries =
    refused.length === 0
      ? [{ ...tombstone(name), findings: wholeRefusal(state, name, project) }]
      : refused.map((answer) =>
          isYanked(answer) && hasOther ? passedOver(answer) : entryOf('refused', answer),
        );
  return withUntil(
    {
      project: name,
      ...(project === undefined ? {} : statusOf(project)),
      entries: oldestFirst(entries),
    },
    refused,
  );
}

/** Why nothing of a project can be listed: its newest artifact says so, else its name. */
export function wholeRefusal(
  state: MirrorState,
  name: ProjectName,
  project: KnownProject | undefined,
): readonly Finding[] {
  const artifact = project?.artifacts[0];
  if (project === undefined || artifact === undefined || isRefusedByName(state, name)) {
    return nameRefusal(state, name, project);
  }
  return askGate(state, { project, artifact }).findings;
}

function refusalsToShow(state: MirrorState, project: KnownProject): readonly Answer[] {
  return oneForEachTarget(state, project).map((artifact) => ({
    artifact,
    gate: askGate(state, { project, artifact }),
  }));
}

/**
 * Of each version the wheel that a client would choose on each declared target; the sdist only where no wheel fits
 * any: else its format would hide the reason.
 */
function oneForEachTarget(state: MirrorState, project: KnownProject): readonly KnownArtifact[] {
  const chosen = new Map<string, KnownArtifact>();
  const now = state.clock();
  const listed = project.artifacts.filter(({ record }) => record.goneSince === undefined);
  const wheels = listed.filter(({ name }) => name.kind === 'wheel');
  for (const artifact of wheels) {
    const { fits } = candidateOf(state.standard, { project, artifact, now });
    for (const index of state.standard.policy.targets.keys()) {
      const key = `${artifact.name.version.text} ${index}`;
      if ((fits & (1 << index)) !== 0 && !chosen.has(key)) chosen.set(key, artifact);
    }
  }
  const versions = new Set([...chosen.values()].map(({ name }) => name.version.text));
  const alone = listed.filter(
    (artifact) =>
      artifact.name.kind === 'sdist' &&
      !versions.has(artifact.name.version.text) &&
      candidateOf(state.standard, { project, artifact, now }).fits !== 0,
  );
  return [...new Set(chosen.values()), ...alone];
}

/** By upstream: where refused files stand open, clients would take what nobody would have taken from upstream. */
function isYanked({ artifact }: Answer): boolean {
  return artifact.record.yanked !== undefined;
}

function passedOver(answer: Answer): ViewEntry {
  return { ...entryOf('refused', answer), hidden: true };
}

function entryOf(kind: 'approved' | 'refused', { artifact, gate }: Answer): ViewEntry {
  const { record, subject } = artifact;
  const metadata = kind === 'approved' ? metadataOf(artifact)?.sha256 : undefined;
  const provenance = kind === 'approved' ? servedProvenance(artifact) : undefined;
  return {
    kind,
    filename: subject.filename,
    sha256: subject.sha256,
    version: artifact.name.version.text,
    findings: kind === 'approved' ? [] : gate.findings,
    ...(record.sizeBytes === undefined ? {} : { sizeBytes: record.sizeBytes }),
    ...(record.uploadTime === undefined ? {} : { uploadTime: record.uploadTime }),
    ...(record.requiresPython === undefined ? {} : { requiresPython: record.requiresPython }),
    ...(record.yanked === undefined ? {} : { yanked: record.yanked }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(provenance === undefined ? {} : { provenance }),
  };
}

/** A made-up file, of no bytes, whose URL answers with the reason why nothing of the project is approved. */
export function tombstone(project: ProjectName): ViewEntry {
  const filename = parseArtifactFilename(
    `${project.replaceAll('-', '_')}-${TOMBSTONE_VERSION}-py3-none-any.whl`,
  );
  const sha256 = parseSha256(createHash('sha256').update(`tombstone ${filename}`).digest('hex'));
  return {
    kind: 'tombstone',
    filename,
    sha256,
    version: TOMBSTONE_VERSION,
    sizeBytes: 0,
    uploadTime: TOMBSTONE_TIME,
    findings: [],
  };
}

function statusOf(project: KnownProject): Pick<ProjectView, 'status'> {
  const status = project.records?.status;
  return status === undefined ? {} : { status };
}

function withUntil(view: ProjectView, answers: readonly Answer[]): ProjectView {
  const until = answers.reduce<Instant | undefined>(
    (soonest, { gate }) => earliest(soonest, gate.until),
    undefined,
  );
  return until === undefined ? view : { ...view, until };
}

/** As PyPI lists them. */
function oldestFirst(entries: readonly ViewEntry[]): readonly ViewEntry[] {
  const versions = new Map<string, Version | undefined>();
  for (const { version } of entries) versions.set(version, findVersion(version));
  return entries.toSorted((left, right) => {
    const [first, second] = [versions.get(left.version), versions.get(right.version)];
    const order = first === undefined || second === undefined ? 0 : compareVersions(first, second);
    return order || (left.filename < right.filename ? -1 : 1);
  });
}
