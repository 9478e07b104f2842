import type { FakeArtifact } from '../test/fakes/pages.ts';
import { buildWheel } from '../test/fixtures/wheels.ts';

const PYTHONS = ['cp311', 'cp312', 'cp313', 'cp314'];
const MACHINES = ['x86_64', 'aarch64'];
const GLIBCS = ['2_17', '2_24', '2_26', '2_27', '2_28'];

/** How many files a version has. */
export const FILES_PER_VERSION = PYTHONS.length * MACHINES.length * GLIBCS.length;

/**
 * Files as on numpy's page: long names, 32-byte digests that do not compress, sizes and times. All of them fit a
 * target, so that a policy can approve the whole page. The bytes behind them are never asked for.
 */
export function numpyLike(project: string, versions: number): readonly FakeArtifact[] {
  return Array.from({ length: versions }, (_, index) => filesOf(project, index)).flat();
}

function filesOf(project: string, index: number): readonly FakeArtifact[] {
  const version = `${1 + Math.floor(index / 100)}.${Math.floor(index / 10) % 10}.${index % 10}`;
  const { metadata } = buildWheel({
    name: project,
    version,
    licenseExpression: 'BSD-3-Clause',
    requiresPython: '>=3.11',
  });
  const tags = PYTHONS.flatMap((python) =>
    MACHINES.flatMap((machine) =>
      GLIBCS.map((glibc) => `${python}-${python}-manylinux_${glibc}_${machine}`),
    ),
  );
  return tags.map((tag, place) => ({
    filename: `${project.replaceAll('-', '_')}-${version}-${tag}.whl`,
    project,
    bytes: Buffer.from(`${project} ${version} ${tag}`),
    sizeBytes: 16_000_000 + index * 4096 + place,
    metadata,
    requiresPython: '>=3.11',
    uploadTime: new Date(Date.UTC(2020, 0, 1) + index * 86_400_000 + place * 1000).toISOString(),
  }));
}
