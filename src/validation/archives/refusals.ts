import { GatehouseError } from '../../model/errors.ts';

/**
 * Why a zip file cannot be read the one safe way. Stable: stored in evidence, which rules and people read.
 * Two readers could see different members behind most of these; the rest are limits.
 */
export const ZIP_REFUSALS = [
  'bad-crc',
  'bad-deflate',
  'central-malformed',
  'data-descriptor',
  'directory-with-data',
  'encrypted',
  'end-conflict',
  'end-missing',
  'extra-malformed',
  'extra-name',
  'header-conflict',
  'member-comment',
  'member-too-large',
  'name-collision',
  'name-control',
  'name-duplicate',
  'name-encoding',
  'name-reserved',
  'name-too-long',
  'name-unsafe',
  'not-tiled',
  'ratio',
  'size-conflict',
  'special-file',
  'tar-too',
  'too-large',
  'too-many-members',
  'unknown-flags',
  'unknown-method',
  'unknown-version',
  'zip64-conflict',
] as const;

/** Why a zstd file (RFC 8878) cannot be read the one safe way. Stable, like those of zip files. */
export const ZSTD_REFUSALS = [
  'dictionary',
  'frame-malformed',
  'not-zstd',
  'ratio',
  'skippable-frame',
  'too-large',
  'too-many-frames',
  'trailing-bytes',
  'truncated',
  'window-too-large',
] as const;

/** Why a bzip2 file cannot be read the one safe way. Stable, like those of zip files. */
export const BZIP2_REFUSALS = [
  'bad-crc',
  'block-malformed',
  'not-bzip2',
  'randomised',
  'ratio',
  'too-large',
  'too-many-streams',
  'trailing-bytes',
  'truncated',
] as const;

/** Why a tar file, or the gzip file around it, cannot be read the one safe way. Stable, as those of zip files are. */
export const TAR_REFUSALS = [
  'bad-checksum',
  'bad-gzip',
  'end-missing',
  'global-header',
  'gzip-header',
  'gzip-trailing',
  'header-malformed',
  'header-order',
  'header-too-large',
  'link-conflict',
  'link-missing',
  'link-outside',
  'link-refused',
  'long-name',
  'name-collision',
  'name-control',
  'name-duplicate',
  'name-encoding',
  'name-reserved',
  'name-too-long',
  'name-unsafe',
  'not-zero',
  'number-invalid',
  'pax-conflict',
  'pax-key',
  'pax-malformed',
  'ratio',
  'size-conflict',
  'sparse',
  'special-file',
  'too-large',
  'too-many-members',
  'trailing',
  'truncated',
  'unknown-format',
  'unknown-type',
] as const;

/** Why a well-formed archive is not a source distribution that can be understood. */
export const SDIST_REFUSALS = [
  'link-outside-folder',
  'metadata-invalid',
  'metadata-missing',
  'metadata-too-large',
  'pyproject-invalid',
  'top-folder',
  'zip-too',
] as const;

/** Why well-formed archives are not a conda package (CEP 34 and 35) that can be understood. */
export const CONDA_REFUSALS = [
  'about-invalid',
  'compressed-twice',
  'folder-link',
  'forbidden-file',
  'format-version',
  'index-invalid',
  'info-in-both',
  'info-missing',
  'info-too-large',
  'link-invalid',
  'member-missing',
  'member-unknown',
  'noarch-layout',
  'path-mismatch',
  'path-missing',
  'path-unlisted',
  'paths-invalid',
  'stem-mismatch',
] as const;

/** Why a well-formed zip file is not a wheel that can be understood. */
export const WHEEL_REFUSALS = [
  'dist-info-many',
  'dist-info-mismatch',
  'dist-info-missing',
  'member-missing',
  'metadata-invalid',
  'record-invalid',
  'wheel-file-invalid',
  'wheel-version',
] as const;

export type ZipRefusal = (typeof ZIP_REFUSALS)[number];
export type ZstdRefusal = (typeof ZSTD_REFUSALS)[number];
export type Bzip2Refusal = (typeof BZIP2_REFUSALS)[number];
export type TarRefusal = (typeof TAR_REFUSALS)[number];
export type SdistRefusal = (typeof SDIST_REFUSALS)[number];
export type CondaRefusal = (typeof CONDA_REFUSALS)[number];
export type WheelRefusal = (typeof WHEEL_REFUSALS)[number];

/** The `archive-refused` error of a zip file; `offset` is the byte in the file where it shows. */
export function zipRefused(reason: ZipRefusal, offset: number, message: string): GatehouseError {
  return new GatehouseError('archive-refused', `${message} (at byte ${offset})`, {
    data: { reason, offset },
  });
}

/** The `archive-refused` error of a zstd file; `offset` is the byte in the file where it shows. */
export function zstdRefused(
  reason: ZstdRefusal,
  offset: number,
  message: string,
  cause?: unknown,
): GatehouseError {
  return new GatehouseError('archive-refused', `zstd: ${message} (at byte ${offset})`, {
    data: { reason, offset },
    cause,
  });
}

/** The `archive-refused` error of a bzip2 file; `offset` is the byte in the file where it shows. */
export function bzip2Refused(
  reason: Bzip2Refusal,
  offset: number,
  message: string,
): GatehouseError {
  return new GatehouseError('archive-refused', `bzip2: ${message} (at byte ${offset})`, {
    data: { reason, offset },
  });
}

/** The `archive-refused` error of a tar file or of the gzip file around it; `offset` is a byte in that one of the two. */
export function tarRefused(reason: TarRefusal, offset: number, message: string): GatehouseError {
  return new GatehouseError('archive-refused', `${message} (at byte ${offset})`, {
    data: { reason, offset },
  });
}

/** The `archive-refused` error of a source distribution. */
export function sdistRefused(
  reason: SdistRefusal,
  message: string,
  cause?: unknown,
): GatehouseError {
  return new GatehouseError('archive-refused', message, { data: { reason }, cause });
}

/** The `archive-refused` error of a conda package. */
export function condaRefused(
  reason: CondaRefusal,
  message: string,
  cause?: unknown,
): GatehouseError {
  return new GatehouseError('archive-refused', message, { data: { reason }, cause });
}

/** The `archive-refused` error of a wheel. */
export function wheelRefused(
  reason: WheelRefusal,
  message: string,
  cause?: unknown,
): GatehouseError {
  return new GatehouseError('archive-refused', message, { data: { reason }, cause });
}

/** A name from an archive as one printable ASCII word of a message. */
export function quoted(name: string): string {
  const short = name.length > 120 ? `${name.slice(0, 120)}...` : name;
  return JSON.stringify(short).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
