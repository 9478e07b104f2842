import * as fc from 'fast-check';

import { findCondaVersion, type CondaVersion } from '../../../src/ecosystems/conda/versions.ts';

/** Texts that are versions of CEP 33, with words and shapes that its order treats apart. */
export function versionTexts(): fc.Arbitrary<string> {
  const run = fc.oneof(
    fc.constantFrom('0', '1', '2', '10', '01', '2147483648', '99999999999999999999'),
    fc.constantFrom('a', 'rc', 'dev', 'post', 'b'),
  );
  const component = fc.array(run, { minLength: 1, maxLength: 3 }).map((runs) => runs.join(''));
  const components = fc
    .array(component, { minLength: 1, maxLength: 4 })
    .map((texts) => texts.join('.'));
  return fc
    .tuple(
      fc.constantFrom('', '', '', '1!', '0!'),
      components,
      fc.constantFrom('', '', '_'),
      fc.option(component, { nil: undefined, freq: 4 }),
    )
    .map(([epoch, release, end, local]) => epoch + release + end + (local ? `+${local}` : ''))
    .filter((text) => text.length <= 60);
}

/** Reads a version that a test holds for one. */
export function condaVersion(text: string): CondaVersion {
  const version = findCondaVersion(text);
  if (version === undefined) throw new Error(`not a version: ${text}`);
  return version;
}
