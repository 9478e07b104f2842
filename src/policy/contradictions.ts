import type { NamedProject } from './entry.ts';
import { problemAt, type PolicyProblem } from './problem.ts';
import type { PolicyFile } from './schema.ts';
import { placeAt, type PolicyTree } from './yaml-tree.ts';

/** Values that are right by themselves and wrong together. */
export function findContradictions(file: PolicyFile, tree: PolicyTree): readonly PolicyProblem[] {
  return [
    ...findSpellings(file, tree, 'allow'),
    ...findSpellings(file, tree, 'deny'),
    ...findDoubleClaims(file, tree),
  ];
}

// Two spellings of one project look like two projects to a reviewer.
function findSpellings(
  file: PolicyFile,
  tree: PolicyTree,
  list: 'allow' | 'deny',
): readonly PolicyProblem[] {
  const first = new Map<string, { readonly name: NamedProject; readonly index: number }>();
  const problems: PolicyProblem[] = [];
  for (const [index, { name }] of file.packages[list].entries()) {
    const known = first.get(name.project);
    if (known === undefined) {
      first.set(name.project, { name, index });
    } else if (known.name.spelling !== name.spelling) {
      const { line } = placeAt(tree, ['packages', list, known.index]);
      const message = `${name.spelling} is ${known.name.spelling} of line ${line} in another spelling`;
      const hint = `write ${name.project} in both`;
      problems.push(problemAt(placeAt(tree, ['packages', list, index]), message, hint));
    }
  }
  return problems;
}

function findDoubleClaims(file: PolicyFile, tree: PolicyTree): readonly PolicyProblem[] {
  const claimants = new Map<string, string>();
  const problems: PolicyProblem[] = [];
  for (const [id, { claims }] of Object.entries(file.sources)) {
    for (const [index, claim] of claims.entries()) {
      const other = claimants.get(claim);
      const place = placeAt(tree, ['sources', id, 'claims', index]);
      if (other === undefined) claimants.set(claim, id);
      else
        problems.push(problemAt(place, `${claim} is claimed by two sources: ${other} and ${id}`));
    }
  }
  return problems;
}
