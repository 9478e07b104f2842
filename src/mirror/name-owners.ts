import { type Version, compareVersions } from '../ecosystems/pypi/versions.ts';
import type { WheelContents } from '../model/contents.ts';
import type { ProjectName } from '../model/subject.ts';
import type { TakenName } from '../validation/rules/rule.ts';

/** What admitted wheels bring: of each project those of the newest version of which one was admitted. */
export interface NameOwners {
  /** Raised whenever an answer may have changed. */
  readonly revision: number;
  /** The names of these contents that other projects have, in order. */
  takenFrom(project: ProjectName, contents: WheelContents): readonly TakenName[];
}

/** An admitted wheel, as far as its names go. */
export interface NamedWheel {
  readonly project: ProjectName;
  readonly filename: string;
  readonly version: Version;
  /** Absent: its members were not read. */
  readonly contents: WheelContents | undefined;
}

/** What they are learnt into. */
export interface NameRegister extends NameOwners {
  learn(wheel: NamedWheel): void;
  /** Projects of which the names are not known, as their members were not read. */
  unread(): readonly ProjectName[];
}

type Owners = Map<string, Set<ProjectName>>;

/** What it answers depends on the wheels that it was told of, and not on their order. */
export function createNameRegister(): NameRegister {
  const newest = new Map<ProjectName, readonly NamedWheel[]>();
  const modules: Owners = new Map();
  /** Of `google.protobuf`: `google`. */
  const above: Owners = new Map();
  /** Extractor 2 did not tell packages from namespaces. */
  const tops: Owners = new Map();
  const commands: Owners = new Map();
  let revision = 0;

  function learn(wheel: NamedWheel): void {
    const known = newest.get(wheel.project) ?? [];
    const [other] = known;
    const order = other === undefined ? 1 : compareVersions(wheel.version, other.version);
    if (order < 0) return;
    const beside = known.filter(({ filename }) => order === 0 && filename !== wheel.filename);
    const wheels = [...beside, wheel];
    for (const [owners, name] of known.flatMap(namesOf)) remove(owners, name, wheel.project);
    for (const [owners, name] of wheels.flatMap(namesOf)) add(owners, name, wheel.project);
    newest.set(wheel.project, wheels);
    revision += 1;
  }

  function namesOf({ contents }: NamedWheel): readonly (readonly [Owners, string])[] {
    const { owned, modules: unsorted = [], commands: called = [] } = contents ?? {};
    return [
      ...called.map((name) => [commands, name] as const),
      ...(owned ?? []).map((name) => [modules, name] as const),
      ...(owned ?? []).flatMap(prefixesOf).map((name) => [above, name] as const),
      ...(owned === undefined ? unsorted : []).map((name) => [tops, name] as const),
    ];
  }

  function takenFrom(project: ProjectName, contents: WheelContents): readonly TakenName[] {
    function listOf(kind: TakenName['kind'], name: string, found: Found): readonly TakenName[] {
      const owners = new Set(found.flatMap((projects) => [...(projects ?? [])]));
      owners.delete(project);
      return [...owners].toSorted().map((owner) => ({ kind, name, project: owner }));
    }
    const named = (contents.owned ?? contents.modules ?? []).flatMap((name) =>
      listOf('module', name, [
        ...[name, ...prefixesOf(name)].map((prefix) => modules.get(prefix)),
        above.get(name),
        tops.get(name),
      ]),
    );
    const called = (contents.commands ?? []).flatMap((name) =>
      listOf('command', name, [commands.get(name)]),
    );
    return [...named, ...called];
  }

  function unread(): readonly ProjectName[] {
    return [...newest].flatMap(([project, wheels]) =>
      wheels.some(({ contents }) => (contents?.owned ?? contents?.modules) === undefined)
        ? [project]
        : [],
    );
  }

  return {
    get revision() {
      return revision;
    },
    learn,
    unread,
    takenFrom,
  };
}

type Found = readonly (ReadonlySet<ProjectName> | undefined)[];

/** What either of the two knows. */
export function eitherOwners(left: NameOwners, right: NameOwners): NameOwners {
  return {
    revision: left.revision + right.revision,
    takenFrom(project, contents) {
      const found = [left, right].flatMap((owners) => owners.takenFrom(project, contents));
      return [...new Map(found.map((taken) => [JSON.stringify(taken), taken] as const)).values()];
    },
  };
}

function add(table: Owners, name: string, project: ProjectName): void {
  const owners = table.get(name) ?? new Set();
  table.set(name, owners.add(project));
}

function remove(table: Owners, name: string, project: ProjectName): void {
  const owners = table.get(name);
  if (owners?.delete(project) === true && owners.size === 0) table.delete(name);
}

/** `a` and `a.b` of `a.b.c`. */
function prefixesOf(name: string): readonly string[] {
  const parts = name.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
}
