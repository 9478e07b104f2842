import type { ProjectName } from '../../model/subject.ts';
import type { CloseInput } from './candidate.ts';
import type { Graph } from './graph.ts';

/**
 * The projects whose outcome rests on something not gathered yet: what is missing itself, and whoever asks for
 * it, however far. While a project waits, nothing is said of it.
 */
export function projectsThatWait(graph: Graph, input: CloseInput): ReadonlySet<ProjectName> {
  const askers = askersOf(graph);
  const waiting = new Set<ProjectName>(graph.missing.projects);
  for (const candidate of graph.missing.metadata) waiting.add(candidate.project);
  for (const [name, { state }] of input.projects) {
    if (state === 'unvisited') waiting.add(name);
  }
  // The set grows while it is read.
  for (const name of waiting) {
    for (const asker of askers.get(name) ?? []) waiting.add(asker);
  }
  return waiting;
}

function askersOf(graph: Graph): ReadonlyMap<ProjectName, ReadonlySet<ProjectName>> {
  const askers = new Map<ProjectName, Set<ProjectName>>();
  for (const need of graph.needs) {
    const names = askers.get(need.name) ?? new Set();
    askers.set(need.name, names);
    for (const { candidate } of need.askers) names.add(candidate.project);
  }
  return askers;
}
