/**
 * The licences of native libraries that wheels commonly bundle, by name: each is one of the possible worlds, in the
 * terms of SPDX. Absent: no row knows the name. A row says what the project of that name publishes; whoever built it
 * with parts under stricter terms can only say so elsewhere.
 */
export function findLibraryLicenses(name: string, version?: string): readonly string[] | undefined {
  const key = name
    .toLowerCase()
    .replace(/^lib/, '')
    .replace(/-libs?$/, '');
  const row = ROWS.find(({ names }) => names.test(key));
  if (row === undefined) return undefined;
  const { worlds, newer } = row;
  const isNewer = newer === undefined ? undefined : newer.since(key, version);
  if (newer === undefined || isNewer === false) return worlds;
  return isNewer === true ? newer.worlds : [...newer.worlds, ...worlds];
}

/** Whether it is of FFmpeg, all parts of which say in their bytes what they were built as. */
export function isOfFfmpeg(name: string): boolean {
  return FFMPEG.test(name.toLowerCase().replace(/^lib/, ''));
}

interface Row {
  /** The name in lower case without `lib` before and `-libs` behind it, as distributions put it. */
  readonly names: RegExp;
  readonly worlds: readonly string[];
  /** Other licences from a version on, of the interface in the file name or of the project. */
  readonly newer?: {
    readonly since: (key: string, version: string | undefined) => boolean | undefined;
    readonly worlds: readonly string[];
  };
}

const GCC = 'GPL-3.0-or-later WITH GCC-exception-3.1';
const LLVM = 'Apache-2.0 WITH LLVM-exception';
const NVIDIA = 'LicenseRef-NVIDIA-Proprietary';
const INTEL = 'LicenseRef-Intel-Simplified-Software-License';
const LGPL_2 = 'LGPL-2.1-or-later';
const LGPL_OR_GPL = 'LGPL-3.0-or-later OR GPL-2.0-or-later';
// libtool, repair tools and Windows put versions of interfaces and other words behind a name.
const END = '(?![a-z])';
const FFMPEG = new RegExp(
  `^(?:ff(?:mpeg|probe|play)|av(?:codec|device|filter|format|util|resample)|sw(?:scale|resample))${END}`,
);

function named(names: string, ...worlds: readonly string[]): Row {
  return { names: new RegExp(`^(?:${names})${END}`), worlds };
}

const ROWS: readonly Row[] = [
  // Runtimes of compilers
  named('gcc_s|gcc|gfortran|gomp|stdc\\+\\+|atomic|gnat|itm', GCC),
  named('quadmath', LGPL_2),
  named('omp|llvm|clang|c\\+\\+(?:abi)?|unwind', LLVM),
  named('iomp5(?:md)?', LLVM, INTEL),
  named('mkl_\\w+|svml\\w*|imf|irng|intlc|ifcore\\w*|ifport\\w*', INTEL),
  named(
    'msvcp[0-9_]+|vcruntime[0-9_]+|concrt[0-9]+|vcomp[0-9]+|vcamp[0-9]+',
    'LicenseRef-Microsoft-Visual-C-Runtime',
  ),
  named('tbb(?:malloc(?:_proxy)?|bind\\w*)?|dnnl', 'Apache-2.0'),
  // Numbers
  named('(?:scipy_)?openblas\\w*|blas|cblas|lapacke?', 'BSD-3-Clause'),
  named('gmp|gmpxx|nettle|hogweed|unistring|idn2', LGPL_OR_GPL),
  named('mpfr|mpc', 'LGPL-3.0-or-later'),
  named('fftw3\\w*|umfpack|cholmod', 'GPL-2.0-or-later'),
  named('gsl|glpk', 'GPL-3.0-or-later'),
  named('hdf5\\w*|netcdf', 'BSD-3-Clause'),
  named('arrow\\w*|parquet|grpc\\w*|absl\\w*|thrift|orc', 'Apache-2.0'),
  named('protobuf\\w*|re2|nccl', 'BSD-3-Clause'),
  named(
    'cudart\\w*|cublas\\w*|cudnn\\w*|cufft\\w*|curand\\w*|cusolver\\w*|cusparse\\w*|cufile\\w*|cupti|nvrtc\\w*|nvjitlink|nvjpeg\\w*|nvinfer\\w*|nvperf\\w*|nvpl\\w*|nvshmem\\w*|nvtoolsext\\w*|nvvm|npp[a-z]+|pcsamplingutil',
    NVIDIA,
  ),
  // Sound and moving pictures. Each part of FFmpeg says in its bytes which of these it is.
  { names: FFMPEG, worlds: [LGPL_2, 'LGPL-3.0-or-later', 'GPL-2.0-or-later', 'GPL-3.0-or-later'] },
  named('x264|x265|xvidcore|postproc', 'GPL-2.0-or-later'),
  named('aom|dav1d|avif|openh264', 'BSD-2-Clause'),
  named('svtav1(?:enc|dec)?', 'BSD-3-Clause-Clear'),
  named('vmaf', 'BSD-2-Clause-Patent'),
  named('vpx|opus|ogg|vorbis\\w*|flac|theora\\w*|speex\\w*', 'BSD-3-Clause'),
  named('mp3lame', 'LGPL-2.0-or-later'),
  named('sndfile|mpg123|twolame|asound|alsa|pulse\\w*', LGPL_2),
  named('heif|de265', 'LGPL-3.0-or-later'),
  named('vpl|portaudio', 'MIT'),
  // Pictures and text
  named('png|png16', 'libpng-2.0', 'Libpng'),
  named('jpeg|turbojpeg', 'IJG AND BSD-3-Clause AND Zlib'),
  named('tiff|tiffxx', 'libtiff'),
  named('webp\\w*|sharpyuv', 'BSD-3-Clause'),
  named('openjp2|openjpeg', 'BSD-2-Clause'),
  named('lcms2|gif|raqm|pixman|brotli\\w*|deflate', 'MIT'),
  named('freetype', 'FTL OR GPL-2.0-or-later'),
  named('harfbuzz', 'MIT-Modern-Variant', 'MIT'),
  named('fribidi|vips', LGPL_2),
  named('cairo', 'LGPL-2.1-only OR MPL-1.1'),
  named('pango\\w*', 'LGPL-2.0-or-later'),
  named('imagequant', 'GPL-3.0-or-later'),
  named('poppler', 'GPL-2.0-or-later'),
  named('gs|mupdf\\w*', 'AGPL-3.0-or-later'),
  named('qpdf', 'Apache-2.0'),
  // Windows on a screen
  named(
    'qt[56](?:charts|datavisualization|virtualkeyboard|networkauth|graphs\\w*|quick3d\\w*)',
    'GPL-3.0-only',
  ),
  named('qt[56]\\w+', 'LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only'),
  named('xau|xdmcp|x11\\w*|xext|xrender|xi|xfixes|xcb\\w*|xkbcommon|sm|ice', 'X11', 'MIT'),
  named('drm|wayland|epoxy|expat|ffi|xml2|xslt|exslt', 'MIT'),
  named('dbus', 'AFL-2.1 OR GPL-2.0-or-later'),
  named('glib|gobject|gio|gmodule|gthread|iconv|charset|intl|systemd|udev', LGPL_2),
  named('icu(?:uc|i18n|data|io|dt|in)?', 'Unicode-3.0', 'Unicode-DFS-2016', 'ICU'),
  // Archives
  named('z|zlib|zlib1|minizip', 'Zlib'),
  named('bz2|bzip2', 'bzip2-1.0.6'),
  named('lzma|xz', '0BSD', 'LicenseRef-Public-Domain'),
  named('zstd', 'BSD-3-Clause OR GPL-2.0-only'),
  named('lz4|aec|sz', 'BSD-2-Clause'),
  named('snappy|blosc|blosc2', 'BSD-3-Clause'),
  named('lzo2|lzo', 'GPL-2.0-or-later'),
  // Networks and data
  {
    names: new RegExp(`^(?:ssl|crypto|openssl)${END}`),
    worlds: ['OpenSSL'],
    newer: { since: isOpenssl3, worlds: ['Apache-2.0'] },
  },
  named('gnutls\\w*|tasn1|mariadb|crypt|xcrypt', LGPL_2),
  named('curl', 'curl'),
  named('nghttp[23]|uv|krb5\\w*|gssapi_krb5|k5crypto|com_err', 'MIT'),
  named('ssh2|pcre\\w*|event|hwloc|mpi', 'BSD-3-Clause'),
  named('keyutils', LGPL_2, 'LGPL-2.0-or-later'),
  named('sasl2|cyrus-sasl', 'BSD-Attribution-HPND-disclaimer'),
  named('ldap(?:_r)?|lber|openldap', 'OLDAP-2.8'),
  named('selinux', 'LicenseRef-Public-Domain'),
  named('sodium', 'ISC'),
  {
    names: new RegExp(`^zmq${END}`),
    worlds: ['LGPL-3.0-only WITH LGPL-3.0-linking-exception'],
    newer: { since: isZmqOfMozilla, worlds: ['MPL-2.0'] },
  },
  named('pq|ecpg|postgresql', 'PostgreSQL'),
  named('sqlite3?', 'blessing'),
  named('mysqlclient', 'GPL-2.0-only WITH Universal-FOSS-exception-1.0'),
  named('odbc|odbcinst', LGPL_2),
  named('sybdb|ct|tdsodbc', 'LGPL-2.0-or-later'),
  named('rocksdb', 'Apache-2.0 OR GPL-2.0-only'),
  named('geos|geos_c', 'LGPL-2.1-only', LGPL_2),
  named('proj|gdal|json-c', 'MIT'),
  named('qhull\\w*', 'Qhull'),
  named('readline|history', 'GPL-3.0-or-later'),
  named('ncurses\\w*|tinfo', 'X11-distribute-modifications-variant'),
  named('python[0-9.]+', 'PSF-2.0'),
  named('tcl[0-9.]*|tk[0-9.]*', 'TCL'),
];

// 10 is what Red Hat calls the interface of 1.0.
function isOpenssl3(key: string, version: string | undefined): boolean | undefined {
  const major = /^[0-9]+/.exec(version ?? '')?.[0] ?? /-([0-9]+)/.exec(key)?.[1];
  if (major === undefined) return undefined;
  return Number(major) >= 3 && Number(major) < 10;
}

// Version 4.3.5, of which the interface is 5.2.5, is the first under the MPL.
function isZmqOfMozilla(_key: string, version: string | undefined): boolean | undefined {
  const [, minor, patch] = /^5\.([0-9]+)\.([0-9]+)$/.exec(version ?? '') ?? [];
  if (minor === undefined) return undefined;
  return Number(minor) > 2 || (minor === '2' && Number(patch) >= 5);
}
