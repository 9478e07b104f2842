import { describe, expect, test } from 'vitest';

import { compatibleTags, fits } from '../../../src/ecosystems/pypi/tags.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';

function target(python: string, platform: string) {
  return { id: `${python}/${platform}`, python, platform };
}

describe('a target', () => {
  test.each([
    ['3.12', 'manylinux_2_28_x86_64', 'cp312-cp312-manylinux_2_28_x86_64'],
    ['3.12', 'manylinux_2_28_x86_64', 'cp312-cp312-manylinux2014_x86_64'],
    ['3.12', 'manylinux_2_28_x86_64', 'cp312-cp312-manylinux1_x86_64'],
    ['3.12', 'manylinux_2_28_x86_64', 'cp39-abi3-manylinux_2_17_x86_64'],
    ['3.12', 'manylinux_2_28_x86_64', 'cp312-none-linux_x86_64'],
    ['3.12', 'manylinux_2_28_x86_64', 'py3-none-manylinux_2_5_x86_64'],
    ['3.12', 'manylinux_2_28_x86_64', 'py310-none-any'],
    ['3.12', 'manylinux_2_28_x86_64', 'cp312-none-any'],
    ['3.11', 'manylinux2014_aarch64', 'cp311-cp311-manylinux_2_17_aarch64'],
    ['3.13', 'musllinux_1_2_x86_64', 'cp313-cp313-musllinux_1_1_x86_64'],
    ['3.13', 'macosx_14_0_arm64', 'cp313-cp313-macosx_11_0_arm64'],
    ['3.13', 'macosx_14_0_arm64', 'cp313-cp313-macosx_10_13_universal2'],
    ['3.13', 'macosx_14_0_x86_64', 'cp313-cp313-macosx_10_9_x86_64'],
    ['3.13', 'win_amd64', 'cp313-cp313-win_amd64'],
    ['3.13', 'freebsd_14_0_release_amd64', 'cp313-none-freebsd_14_0_release_amd64'],
  ])('%s on %s takes %s', (python, platform, tag) => {
    expect(fits([tag], target(python, platform))).toBe(true);
  });

  test.each([
    ['is built for a newer glibc', 'cp312-cp312-manylinux_2_29_x86_64'],
    ['is built for another architecture', 'cp312-cp312-manylinux_2_17_aarch64'],
    ['is built for another Python', 'cp311-cp311-manylinux_2_17_x86_64'],
    ['is built for a newer stable ABI', 'cp313-abi3-manylinux_2_17_x86_64'],
    ['is built for the free-threaded ABI', 'cp312-cp312t-manylinux_2_17_x86_64'],
    ['is built for Python 2', 'py2-none-any'],
    ['is built for musl', 'cp312-cp312-musllinux_1_2_x86_64'],
    ['needs an ABI on any platform', 'cp312-abi3-any'],
    ['is from before glibc 2.5', 'cp312-cp312-manylinux_2_4_x86_64'],
  ])('takes no wheel that %s', (_, tag) => {
    expect(fits([tag], target('3.12', 'manylinux_2_28_x86_64'))).toBe(false);
  });

  test('of ARM takes no wheel from before glibc 2.17', () => {
    const arm = target('3.12', 'manylinux_2_28_aarch64');
    expect(fits(['cp312-cp312-manylinux2010_aarch64'], arm)).toBe(false);
  });

  test('takes a wheel of several tags for any of them, and none without tags', () => {
    const linux = target('3.12', 'manylinux_2_28_x86_64');
    expect(fits(['py2-none-any', 'py3-none-any'], linux)).toBe(true);
    expect(fits([], linux)).toBe(false);
  });

  test('is computed once, whatever its id says', () => {
    const linux = target('3.12', 'manylinux_2_28_x86_64');
    expect(compatibleTags(linux)).toBe(compatibleTags({ ...linux, id: 'other' }));
    expect(compatibleTags(linux)).not.toBe(compatibleTags({ ...linux, platform: 'win_amd64' }));
  });

  test.each(['', '3', '3.', '2.7', '3.12.1', '3.13t', '3.1000', '3.x'])(
    'of Python %j is refused',
    (python) => {
      expect(() => compatibleTags(target(python, 'win_amd64'))).toThrow(
        expect.toSatisfy((error) => isGatehouseError(error, 'invalid-policy')),
      );
    },
  );
});
