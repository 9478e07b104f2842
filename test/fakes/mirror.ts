import type { DecisionQuery } from '../../src/mirror/decisions.ts';
import type { Explanation } from '../../src/mirror/explain.ts';
import type { Mirror, MirrorStatus } from '../../src/mirror/mirror.ts';
import type { Opened, OpenedMetadata, OpenedProvenance, Wanted } from '../../src/mirror/open.ts';
import type { ProjectView } from '../../src/mirror/view.ts';
import type { ProjectName } from '../../src/model/subject.ts';
import { loadPolicy } from '../../src/policy/load.ts';

const POLICY = loadPolicy({
  text: [
    'version: 1',
    'sources: { pypi: { kind: pypi } }',
    'targets: { python: ["3.12"], platforms: [manylinux_2_28_x86_64] }',
    'packages: { allow: [foo] }',
    'licenses: { allow: [MIT] }',
    '',
  ].join('\n'),
  file: 'policy.yaml',
});

/** What a test sets; whatever is left out answers as an empty mirror does. */
export interface FakeAnswers {
  page: (project: ProjectName) => ProjectView | 'waiting' | Promise<ProjectView | 'waiting'>;
  projects: () => readonly ProjectName[] | 'waiting';
  open: (wanted: Wanted) => Opened | Promise<Opened>;
  openMetadata: (wanted: Wanted) => OpenedMetadata;
  openProvenance: (wanted: Wanted) => OpenedProvenance;
  explain: () => Explanation | undefined;
  status: () => Partial<MirrorStatus>;
  checkpoint: () => string;
  tile: (...wanted: readonly unknown[]) => Uint8Array | undefined;
  generation: number;
  standing: string;
  size: number;
}

/** A Mirror that answers what a test says, and remembers what it was asked. */
export interface FakeMirror {
  readonly mirror: Mirror;
  readonly answers: FakeAnswers;
  /** Each question with its arguments, in order; `generation` is not one. */
  readonly asked: (readonly [string, ...(readonly unknown[])])[];
}

export function createFakeMirror(given: Partial<FakeAnswers> = {}): FakeMirror {
  const asked: (readonly [string, ...(readonly unknown[])])[] = [];
  const answers: FakeAnswers = {
    page: (project) => ({ project, entries: [] }),
    projects: () => [],
    open: () => ({ kind: 'absent' }),
    openMetadata: () => ({ kind: 'absent' }),
    openProvenance: () => ({ kind: 'absent' }),
    explain: () => undefined,
    status: () => ({}),
    checkpoint: () => 'gatehouse\n0\n\n',
    tile: () => undefined,
    generation: 1,
    standing: '',
    size: 7,
    ...given,
  };
  const partial = {
    async page(project: ProjectName) {
      asked.push(['page', project]);
      return answers.page(project);
    },
    projects() {
      asked.push(['projects']);
      return answers.projects();
    },
    async open(wanted: Wanted) {
      asked.push(['open', wanted]);
      return answers.open(wanted);
    },
    async openMetadata(wanted: Wanted) {
      asked.push(['openMetadata', wanted]);
      return answers.openMetadata(wanted);
    },
    async openProvenance(wanted: Wanted) {
      asked.push(['openProvenance', wanted]);
      return answers.openProvenance(wanted);
    },
    async explain(wanted: unknown) {
      asked.push(['explain', wanted]);
      return answers.explain();
    },
    async decisions(query: DecisionQuery) {
      asked.push(['decisions', query]);
      return { rows: [], size: answers.size, cursor: 3 };
    },
    status: () => ({
      policy: POLICY,
      canDecide: true,
      complete: true,
      projects: 1,
      approvedArtifacts: 2,
      progress: { projects: 1, artifacts: 2, missing: 0, failures: 0, walking: true },
      headAgeMs: 0,
      generation: answers.generation,
      ...answers.status(),
    }),
    generation: () => answers.generation,
    standing: () => answers.standing,
    ledger: {
      head: () => ({ size: answers.size }),
      async checkpoint() {
        return answers.checkpoint();
      },
      async tile(...wanted: readonly unknown[]) {
        asked.push(['tile', ...wanted]);
        return answers.tile(...wanted);
      },
      async entryBundle(...wanted: readonly unknown[]) {
        asked.push(['entryBundle', ...wanted]);
        return answers.tile(...wanted);
      },
    },
  };
  return { mirror: partial as unknown as Mirror, answers, asked };
}
