import type { UpstreamPage } from '../../model/record.ts';
import { findProjectName } from './names.ts';
import {
  findStatus,
  invalidPage,
  readUpstreamRows,
  type PageContext,
  type RowOrNote,
} from './upstream-rows.ts';

/**
 * Reads a project page of the simple API in JSON (PEP 691, 700, 714, 792), API version 1.x. Throws
 * `invalid-page` with the place when it is not one, or is another project's; see `readUpstreamRows` for bad rows.
 */
export function parseSimpleJson(bytes: Uint8Array, context: PageContext): UpstreamPage {
  const page = parseJson(bytes, context);
  if (!isObject(page)) throw invalidPage(context, `expected an object, got: ${kindOf(page)}`);
  checkApiVersion(page['meta'], context);
  const name = page['name'];
  if (typeof name !== 'string' || findProjectName(name) !== context.project) {
    throw invalidPage(context, `"name": expected ${context.project}, got: ${quote(name)}`);
  }
  const files = page['files'];
  if (!Array.isArray(files)) {
    throw invalidPage(context, `"files": expected a list, got: ${kindOf(files)}`);
  }
  const statement = page['project-status'];
  const status = isObject(statement)
    ? findStatus(statement['status'], statement['reason'])
    : undefined;
  return {
    project: context.project,
    ...(status === undefined ? {} : { status }),
    ...readUpstreamRows(readFiles(files), context),
  };
}

function parseJson(bytes: Uint8Array, context: PageContext): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return value;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw invalidPage(context, `not JSON in UTF-8: ${problem.slice(0, 200)}`, error);
  }
}

/** Clients ignore the version; a page that lacks it is read as 1.0, as PEP 629 has it for HTML. */
function checkApiVersion(meta: unknown, context: PageContext): void {
  const version = isObject(meta) ? meta['api-version'] : undefined;
  if (version === undefined) return;
  if (typeof version !== 'string' || !/^1\.[0-9]+$/.test(version)) {
    throw invalidPage(context, `"meta"."api-version": expected 1.x, got: ${quote(version)}`);
  }
}

function* readFiles(files: readonly unknown[]): Generator<RowOrNote> {
  for (const [index, file] of files.entries()) {
    yield readFile(file, `"files"[${index}]`);
  }
}

function readFile(file: unknown, place: string): RowOrNote {
  if (!isObject(file)) return { unreadable: `${place}: expected an object` };
  const filename = file['filename'];
  if (typeof filename !== 'string') return { unreadable: `${place}: without "filename"` };
  const url = file['url'];
  if (typeof url !== 'string') return { unreadable: `${filename}: without "url"` };
  const requiresPython = file['requires-python'] ?? undefined;
  // A restriction that cannot be read is not dropped, as the artifact would then be offered to more.
  if (requiresPython !== undefined && typeof requiresPython !== 'string') {
    return { unreadable: `${filename}: "requires-python" is not a text` };
  }
  return {
    filename,
    url,
    requiresPython,
    sha256: sha256Of(file['hashes']),
    sizeBytes: typeof file['size'] === 'number' ? file['size'] : undefined,
    uploadTime: textOf(file['upload-time']),
    yanked: yankedOf(file['yanked']),
    sidecar: sidecarOf(file),
    provenance: textOf(file['provenance']),
  };
}

/** Whatever is not a plain "no" is a yank: also `""`, which pip takes for a no and uv for a yank. */
function yankedOf(value: unknown): { readonly reason: string } | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  return { reason: textOf(value) ?? '' };
}

/** PEP 714 renamed the key; PyPI wrote the third spelling for a while. The first that says anything counts. */
function sidecarOf(
  file: Readonly<Record<string, unknown>>,
): { readonly sha256: string | undefined } | undefined {
  const value =
    file['core-metadata'] ?? file['dist-info-metadata'] ?? file['data-dist-info-metadata'];
  return value === true || isObject(value) ? { sha256: sha256Of(value) } : undefined;
}

function sha256Of(hashes: unknown): string | undefined {
  return isObject(hashes) ? textOf(hashes['sha256']) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value;
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : kindOf(value);
}
