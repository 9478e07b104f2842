import { GatehouseError } from '../../model/errors.ts';
import type { PythonTarget } from '../../model/target.ts';
import { compatiblePlatforms } from './platforms.ts';

/** True if a wheel with one of these tags can be installed on the target. */
export function fits(tags: readonly string[], target: PythonTarget): boolean {
  const compatible = compatibleTags(target);
  return tags.some((tag) => compatible.has(tag));
}

/**
 * Every tag that the target's CPython installs, which is the ordinary build with the global interpreter lock.
 * Throws `invalid-policy` for what is not a minor version of Python 3.
 */
export function compatibleTags(target: PythonTarget): ReadonlySet<string> {
  const key = `${target.python}/${target.platform}`;
  const known = memory.get(key);
  if (known !== undefined) return known;
  const tags = new Set(listTags(minorOf(target), compatiblePlatforms(target.platform)));
  memory.set(key, tags);
  return tags;
}

// A policy names a few targets; each has some thousand tags, and every wheel of every page asks for them.
const memory = new Map<string, ReadonlySet<string>>();

function minorOf(target: PythonTarget): number {
  const minor = /^3\.([0-9]{1,2})$/.exec(target.python)?.[1];
  if (minor === undefined) {
    throw new GatehouseError(
      'invalid-policy',
      `not a Python version of a target, expected one such as "3.12": ${JSON.stringify(target.python.slice(0, 80))}`,
    );
  }
  return Number(minor);
}

function* listTags(minor: number, platforms: readonly string[]): Generator<string> {
  const own = `cp3${minor}`;
  for (const abi of [own, 'abi3', 'none']) yield* onEach(`${own}-${abi}`, platforms);
  // PEP 384: the stable ABI exists since 3.2, and what was built for an older version runs on a newer one.
  for (let older = minor - 1; older >= 2; older -= 1) yield* onEach(`cp3${older}-abi3`, platforms);
  for (const python of purePythons(minor)) yield* onEach(`${python}-none`, platforms);
  yield `${own}-none-any`;
  for (const python of purePythons(minor)) yield `${python}-none-any`;
}

function* onEach(pythonAndAbi: string, platforms: readonly string[]): Generator<string> {
  for (const platform of platforms) yield `${pythonAndAbi}-${platform}`;
}

function* purePythons(minor: number): Generator<string> {
  yield `py3${minor}`;
  yield 'py3';
  for (let older = minor - 1; older >= 0; older -= 1) yield `py3${older}`;
}
