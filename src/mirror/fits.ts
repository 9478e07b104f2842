import { hasVirtualPackages } from '../ecosystems/conda/needs.ts';
import { findSpecifierSet } from '../ecosystems/pypi/specifiers.ts';
import { fits } from '../ecosystems/pypi/tags.ts';
import { pythonFits } from '../ecosystems/pypi/target-environment.ts';
import { type CondaTarget, isPythonTarget, type Target } from '../model/target.ts';
import { type KnownArtifact, metadataOf } from './knowledge.ts';

/**
 * The targets (bit i: target i) that an artifact can be installed on. What the index says of Python is on the page, what
 * METADATA says is in the artifact: both must fit. Of a conda artifact it is the subdir, and what its record needs of
 * the system.
 */
export function fitsMask(artifact: KnownArtifact, targets: readonly Target[]): number {
  const pythons = [artifact.record.requiresPython, metadataOf(artifact)?.metadata.requiresPython]
    .filter((text) => text !== undefined)
    .map((text) => findSpecifierSet(text));
  const { name } = artifact;
  return targets.reduce((mask, target, index) => {
    const fitting =
      name.kind === 'conda'
        ? !isPythonTarget(target) && fitsConda(artifact, name.subdir, target)
        : isPythonTarget(target) &&
          (name.kind === 'sdist' || fits(name.tags, target)) &&
          pythons.every((python) => python !== undefined && pythonFits(python, target.python));
    return fitting ? mask | (1 << index) : mask;
  }, 0);
}

function fitsConda(artifact: KnownArtifact, subdir: string, target: CondaTarget): boolean {
  const depends = metadataOf(artifact)?.metadata.requiresDist ?? [];
  return (subdir === 'noarch' || subdir === target.subdir) && hasVirtualPackages(depends, target);
}
