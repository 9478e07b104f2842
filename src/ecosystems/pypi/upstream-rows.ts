import { GatehouseError } from '../../model/errors.ts';
import type { ProjectStatus, UpstreamArtifact, UpstreamPage } from '../../model/record.ts';
import { isSha256, type Sha256 } from '../../model/sha256.ts';
import type { ProjectName } from '../../model/subject.ts';
import { isArtifactFilename } from './filenames.ts';
import { findUploadTime } from './upload-time.ts';

/** What a page was asked for. */
export interface PageContext {
  readonly project: ProjectName;
  /** The page's own URL after redirects; its links are relative to it. */
  readonly baseUrl: string;
}

/** One artifact as a page lists it, before anything in it is believed. */
export interface UpstreamRow {
  readonly filename: string;
  readonly url: string;
  readonly sha256: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly uploadTime: string | undefined;
  readonly requiresPython: string | undefined;
  readonly yanked: { readonly reason: string } | undefined;
  readonly sidecar: { readonly sha256: string | undefined } | undefined;
  /** Where its attestations are (PEP 740). */
  readonly provenance: string | undefined;
}

/** A row, or in place of one that cannot be read a text for the log. */
export type RowOrNote = UpstreamRow | { readonly unreadable: string };

/**
 * Makes the rows of a page into artifacts, in the page's order. A bad value of a field that only informs is
 * dropped, a bad name or URL drops its row, and a name with two hashes drops all its rows. Throws
 * `invalid-page` above 200,000 rows.
 */
export function readUpstreamRows(
  rows: Iterable<RowOrNote>,
  context: PageContext,
): Pick<UpstreamPage, 'artifacts' | 'unreadable'> {
  const artifacts = new Map<string, UpstreamArtifact>();
  const unreadable: string[] = [];
  const disputed = new Set<string>();
  let count = 0;
  for (const row of rows) {
    count += 1;
    if (count > MAXIMUM_ROWS) {
      throw invalidPage(context, `expected at most ${MAXIMUM_ROWS} files, got more`);
    }
    const artifact = 'unreadable' in row ? undefined : findArtifact(row, context.baseUrl);
    if (artifact === undefined) {
      unreadable.push(printable('unreadable' in row ? row.unreadable : row.filename));
      continue;
    }
    const first = artifacts.get(artifact.filename);
    if (first === undefined) artifacts.set(artifact.filename, artifact);
    else if (first.sha256 !== artifact.sha256) disputed.add(artifact.filename);
  }
  return {
    artifacts: [...artifacts.values()].filter(({ filename }) => !disputed.has(filename)),
    unreadable: [
      ...unreadable,
      ...[...disputed].map((filename) => `${filename} (listed with different hashes)`),
    ],
  };
}

const MAXIMUM_ROWS = 200_000;

/** The error for a page that cannot be read as a whole. */
export function invalidPage(
  context: PageContext,
  problem: string,
  cause?: unknown,
): GatehouseError {
  return new GatehouseError(
    'invalid-page',
    `index page of ${context.project}: ${problem}`,
    cause === undefined ? {} : { cause },
  );
}

/** Absolute http(s) URL without fragment; absent for anything else. Credentials of the base do not get into it. */
export function findHttpUrl(reference: string, base: string): string | undefined {
  const url = URL.parse(reference, base);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href;
}

/** The project's status (PEP 792) where it is one that the standard names. */
export function findStatus(
  status: unknown,
  reason: unknown,
): Required<Pick<UpstreamPage, 'status'>>['status'] | undefined {
  if (!isProjectStatus(status)) return undefined;
  return typeof reason === 'string' && reason !== ''
    ? { status, reason: reason.toWellFormed() }
    : { status };
}

function isProjectStatus(value: unknown): value is ProjectStatus {
  return (
    value === 'active' || value === 'archived' || value === 'quarantined' || value === 'deprecated'
  );
}

function findArtifact(row: UpstreamRow, baseUrl: string): UpstreamArtifact | undefined {
  const url = findHttpUrl(row.url, baseUrl);
  if (url === undefined || !isArtifactFilename(row.filename)) return undefined;
  const sha256 = findSha256(row.sha256);
  const provenance = row.provenance ? findHttpUrl(row.provenance, baseUrl) : undefined;
  const sidecarSha256 = findSha256(row.sidecar?.sha256);
  return {
    filename: row.filename,
    url,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(isSize(row.sizeBytes) ? { sizeBytes: row.sizeBytes } : {}),
    ...(isUploadTime(row.uploadTime) ? { uploadTime: row.uploadTime } : {}),
    ...(row.requiresPython ? { requiresPython: row.requiresPython.toWellFormed() } : {}),
    ...(row.yanked === undefined ? {} : { yanked: { reason: row.yanked.reason.toWellFormed() } }),
    ...(row.sidecar === undefined
      ? {}
      : { sidecar: sidecarSha256 === undefined ? {} : { sha256: sidecarSha256 } }),
    ...(provenance === undefined ? {} : { provenance }),
  };
}

function findSha256(text: string | undefined): Sha256 | undefined {
  const lower = text?.toLowerCase();
  return lower !== undefined && isSha256(lower) ? lower : undefined;
}

function isSize(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && value !== undefined && value >= 0;
}

function isUploadTime(text: string | undefined): text is string {
  return text !== undefined && findUploadTime(text) !== undefined;
}

function printable(text: string): string {
  return text.slice(0, 200).replaceAll(/[^ -~]/g, '?');
}
