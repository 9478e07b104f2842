import { expect, test } from 'vitest';

import { findCondaName as parseName } from '../../src/ecosystems/conda/names.ts';
import { findCondaName, parseCondaRange } from '../../src/ecosystems/releases.ts';
import type { ArtifactFilename } from '../../src/model/subject.ts';
import type { Candidate } from '../../src/validation/closure/candidate.ts';
import { createReleases } from '../../src/validation/closure/releases.ts';

function projectOf(text: string, version: string) {
  const project = parseName(text);
  const filename = `noarch/${text}-${version}-0.conda` as ArtifactFilename;
  const name = project && findCondaName(filename, project);
  if (project === undefined || name === undefined) throw new Error(`not a package: ${text}`);
  const decision = { verdict: 'approve', basis: 'metadata', findings: [] } as const;
  const candidate: Candidate = {
    project,
    filename,
    name,
    recordVerdict: 'approve',
    decision,
    metadata: 'known',
    requirements: [],
    extras: [],
    fits: 1,
    yanked: false,
    admitted: false,
  };
  return { project, state: 'known', candidates: [candidate] } as const;
}

test('the releases of a package are not those of another whose name and versions read alike', () => {
  const releasesOf = createReleases();
  const [foo, foo1] = [projectOf('foo', '12'), projectOf('foo1', '2')];
  expect(releasesOf(foo, parseCondaRange('12'))[0]?.candidates).toEqual(foo.candidates);
  expect(releasesOf(foo1, parseCondaRange('2'))[0]?.candidates).toEqual(foo1.candidates);
});
