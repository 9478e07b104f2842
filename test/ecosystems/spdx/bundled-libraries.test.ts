import { describe, expect, test } from 'vitest';

import { findLibraryLicenses, isOfFfmpeg } from '../../../src/ecosystems/spdx/bundled-libraries.ts';
import { parseLicenseExpression } from '../../../src/ecosystems/spdx/expression.ts';
import { findLibraryName } from '../../../src/ecosystems/spdx/library-name.ts';

const GCC = 'GPL-3.0-or-later WITH GCC-exception-3.1';
const QT = 'LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only';
const NVIDIA = 'LicenseRef-NVIDIA-Proprietary';

/** A file name, the name and version in it, and the licences that the table knows. */
const FILES: readonly (readonly [
  string,
  string,
  string | undefined,
  readonly string[] | undefined,
])[] = [
  ['libgfortran-040039e1.so.5.0.0', 'libgfortran', '5.0.0', [GCC]],
  ['libgfortran-040039e1-0352e75f.so.5.0.0', 'libgfortran', '5.0.0', [GCC]],
  ['libgfortran.5.dylib', 'libgfortran', '5', [GCC]],
  ['libgcc_s_seh-1.dll', 'libgcc_s_seh-1', undefined, [GCC]],
  ['libgcc_s-1.dll', 'libgcc_s-1', undefined, [GCC]],
  ['libgomp-e985bcbb.so.1.0.0', 'libgomp', '1.0.0', [GCC]],
  ['libstdc++.so.6', 'libstdc++', '6', [GCC]],
  ['libquadmath-96973f99.so.0.0.0', 'libquadmath', '0.0.0', ['LGPL-2.1-or-later']],
  ['libopenblasp-r0-59ffcd50.3.15.so', 'libopenblasp-r0.3.15', undefined, ['BSD-3-Clause']],
  ['libscipy_openblas64_-4b78795a.so', 'libscipy_openblas64_', undefined, ['BSD-3-Clause']],
  [
    'msvcp140-263139962577ecda4cd9469ca360a746.dll',
    'msvcp140',
    undefined,
    ['LicenseRef-Microsoft-Visual-C-Runtime'],
  ],
  ['libx264-d6533a8d.so.165', 'libx264', '165', ['GPL-2.0-or-later']],
  ['libcudart.so.12', 'libcudart', '12', [NVIDIA]],
  ['cudart64_12.dll', 'cudart64_12', undefined, [NVIDIA]],
  ['libcublasLt.so.12', 'libcublasLt', '12', [NVIDIA]],
  ['libnccl.so.2', 'libnccl', '2', ['BSD-3-Clause']],
  ['libmkl_core.so.2', 'libmkl_core', '2', ['LicenseRef-Intel-Simplified-Software-License']],
  ['libcrypto-5409cd36.so.1.1.1k', 'libcrypto', '1.1.1k', ['OpenSSL']],
  ['libcrypto-fiona-2769ca46.so.1.1', 'libcrypto-fiona', '1.1', ['OpenSSL']],
  ['libssl.so.10', 'libssl', '10', ['OpenSSL']],
  ['libssl-8bd944e8.so.3', 'libssl', '3', ['Apache-2.0']],
  ['libcrypto-3-x64.dll', 'libcrypto-3-x64', undefined, ['Apache-2.0']],
  ['libssl.so', 'libssl', undefined, ['Apache-2.0', 'OpenSSL']],
  ['libz.so.1', 'libz', '1', ['Zlib']],
  ['zlib1.dll', 'zlib1', undefined, ['Zlib']],
  ['libQt5Core-9088e21b.so.5.15.19', 'libQt5Core', '5.15.19', [QT]],
  ['Qt6Gui.dll', 'Qt6Gui', undefined, [QT]],
  ['libQt6Charts.so.6', 'libQt6Charts', '6', ['GPL-3.0-only']],
  ['libfreetype-57f805ba.so.6.20.6', 'libfreetype', '6.20.6', ['FTL OR GPL-2.0-or-later']],
  ['libzmq-2f02442c.so.5.2.5', 'libzmq', '5.2.5', ['MPL-2.0']],
  ['libzmq.so.5.2.4', 'libzmq', '5.2.4', ['LGPL-3.0-only WITH LGPL-3.0-linking-exception']],
  ['libpq-a17e3caa.so.5.17', 'libpq', '5.17', ['PostgreSQL']],
  ['libarrow.so.2600', 'libarrow', '2600', ['Apache-2.0']],
  ['libzebra.so.1', 'libzebra', '1', undefined],
  ['libgsomething.so', 'libgsomething', undefined, undefined],
];

test('a name that no file system has is read by nobody, and quickly', () => {
  expect(findLibraryName(`lib${'-aaaaaaaa'.repeat(7000)}x.so`)).toBeUndefined();
});

describe('the file name', () => {
  test.each(FILES)('%s', (file, name, version, licenses) => {
    const found = findLibraryName(file);
    expect(found).toEqual({ name, ...(version === undefined ? {} : { version }) });
    expect(findLibraryLicenses(name, version)).toEqual(licenses);
  });

  test.each([
    '_core.cpython-312-x86_64-linux-gnu.so',
    '_rust.abi3.so',
    'frog.pyd',
    'libz.so.txt',
    'libz.py',
    'ffmpeg.py',
    'ffmpeg-python.txt',
  ])('%s is of no library', (file) => {
    expect(findLibraryName(file)).toBeUndefined();
  });

  test.each(['ffmpeg', 'ffmpeg.exe', 'ffmpeg-linux-x86_64-v7.0.2', 'ffprobe'])(
    '%s is a program of FFmpeg',
    (file) => {
      const name = findLibraryName(file)?.name ?? '';
      expect(isOfFfmpeg(name)).toBe(true);
      expect(findLibraryLicenses(name)).toContain('GPL-3.0-or-later');
    },
  );
});

/** What distributions of Linux call them, and SBOMs with them. */
test.each([
  ['openssl-libs', '1.1.1k-15.el8_6', ['OpenSSL']],
  ['openssl', '4.0.3', ['Apache-2.0']],
  ['bzip2-libs', '1.0.6-28.el8_10', ['bzip2-1.0.6']],
  ['krb5-libs', '1.15.1', ['MIT']],
  ['cyrus-sasl-lib', '2.1.26', ['BSD-Attribution-HPND-disclaimer']],
  ['libjpeg-turbo', '1.5.3', ['IJG AND BSD-3-Clause AND Zlib']],
])('the package %s %s is known', (name, version, licenses) => {
  expect(findLibraryLicenses(name, version)).toEqual(licenses);
});

/** Of each row one name: what it says must be of the SPDX list, or the rule that reads it fails. */
test.each(
  'gcc_s quadmath omp iomp5 mkl_rt vcruntime140 tbb openblas gmp mpfr fftw3 gsl hdf5 arrow re2 cublas avcodec x265 aom svtav1enc vmaf vpx mp3lame sndfile heif vpl png16 jpeg tiff webp openjp2 lcms2 freetype harfbuzz fribidi cairo pango imagequant poppler gs qpdf Qt5Charts Qt6Core xcb expat dbus-1 glib-2.0 icuuc z bz2 lzma zstd lz4 snappy lzo2 ssl gnutls curl nghttp2 pcre2 keyutils sasl2 ldap selinux sodium zmq pq sqlite3 mysqlclient odbc sybdb rocksdb geos proj qhull_r readline ncursesw python3.12 tcl8.6'.split(
    ' ',
  ),
)('what is said of lib%s is an SPDX expression', (name) => {
  const licenses = findLibraryLicenses(`lib${name}`) ?? [];
  expect(licenses.length).toBeGreaterThan(0);
  for (const license of licenses) expect(() => parseLicenseExpression(license)).not.toThrow();
});
