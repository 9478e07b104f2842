import type { ProjectRecords } from '../model/record.ts';
import type { ProjectName, SourceId } from '../model/subject.ts';
import {
  type KnownArtifact,
  type KnownProject,
  artifactsOf,
  learntAt,
  subjectKey,
} from './knowledge.ts';
import { type MirrorState, announce } from './state.ts';

/** Makes a project known by its records; artifacts that were known keep their facts. */
export function knowRecords(state: MirrorState, records: ProjectRecords): KnownProject {
  const before = new Map<string, KnownArtifact>();
  for (const artifact of state.projects.get(records.project)?.artifacts ?? []) {
    before.set(subjectKey(artifact.subject), artifact);
  }
  const artifacts = artifactsOf(records, (subject) => {
    const key = subjectKey(subject);
    return { ...before.get(key), admitted: state.admitted.has(key) };
  });
  const project: KnownProject = {
    project: records.project,
    source: records.source,
    records,
    availability: records.absentUpstream && artifacts.length === 0 ? 'absent' : 'known',
    artifacts,
    withoutHash: records.records.filter((record) => record.sha256 === undefined).length,
    asked: records.fetched,
    learnt: learntAt(records),
  };
  state.projects.set(project.project, project);
  announce(state);
  return project;
}

/** What is known of a project of which upstream said nothing yet. */
export function unansweredProject(
  state: MirrorState,
  { project, source }: { readonly project: ProjectName; readonly source: SourceId },
): KnownProject {
  return {
    project,
    source,
    availability: 'unavailable',
    artifacts: [],
    withoutHash: 0,
    asked: state.clock(),
    learnt: 0,
  };
}

/** Compares what upstream says, not when it said so. */
export function saysTheSame(left: ProjectRecords, right: ProjectRecords): boolean {
  return left.absentUpstream === right.absentUpstream && said(left) === said(right);
}

function said({ status, records }: ProjectRecords): string {
  return JSON.stringify([status, records]);
}
