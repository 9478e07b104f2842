import { parseCoreMetadata } from '../../../ecosystems/pypi/core-metadata.ts';
import { findLibraryLicenses, isOfFfmpeg } from '../../../ecosystems/spdx/bundled-libraries.ts';
import { findLibraryName } from '../../../ecosystems/spdx/library-name.ts';
import { type BundledComponent, CONTENTS_LISTED, NAMES_LISTED } from '../../../model/contents.ts';
import { isGatehouseError } from '../../../model/errors.ts';
import type { Inspector, Seen, WheelLayout } from './inspector.ts';
import { readSbom } from './sbom.ts';

/** The longest SBOM of the two hundred commonest wheels has 1.7 MB. */
const MOST_SBOM_BYTES = 4 * 1024 * 1024;
/** The most that are read; wheels have one or two. */
const MOST_SBOMS = 20;
const MOST_METADATA_BYTES = 512 * 1024;
/** FFmpeg's library of codecs is larger, and says what its smaller siblings say. */
const MOST_LIBRARY_BYTES = 4 * 1024 * 1024;

/**
 * Lists what a wheel bundles of others: native libraries by their file names, distributions that keep their METADATA,
 * and what its SBOMs (PEP 770) list. Does not see what is linked statically or copied without a name.
 */
export function inspectComponents({ distInfo, members }: WheelLayout): Inspector {
  const libraries = findLibraries(members.map(({ name }) => name));
  const kept = members.filter(({ name }) => isVendoredMetadata(name));
  const vendored = kept.slice(0, NAMES_LISTED);
  const sboms = members.filter(({ name }) => isSbom(name, distInfo));
  const wanted = new Set([...vendored, ...sboms.slice(0, MOST_SBOMS)].map(({ name }) => name));
  const found = new Map<string, readonly BundledComponent[]>();
  const beyond = [...sboms.slice(MOST_SBOMS), ...kept.slice(NAMES_LISTED)];
  const unread = beyond.map(({ name }) => name);
  const self = distInfo.replace(/-[^-]*\.dist-info$/i, '');
  return {
    appetite({ name }) {
      if (wanted.has(name)) return isSbom(name, distInfo) ? MOST_SBOM_BYTES : MOST_METADATA_BYTES;
      return isFfmpegFile(libraries.get(name)) ? MOST_LIBRARY_BYTES : 0;
    },
    look({ name: path }, seen) {
      const library = libraries.get(path);
      if (library !== undefined) {
        libraries.set(path, { ...library, declared: ffmpegLicenses(seen) });
        return;
      }
      const read = isSbom(path, distInfo)
        ? readList(path, seen, self)
        : readDistribution(path, seen);
      if (read === undefined) unread.push(path);
      else found.set(path, read);
    },
    found: () => ({
      components: distinct(
        // What is there stands before what is only said to be.
        [
          withSiblings([...libraries.values()]),
          ...[...vendored, ...sboms].map(({ name }) => found.get(name) ?? []),
        ],
      ),
      unreadComponents: unread.slice(0, CONTENTS_LISTED),
    }),
  };
}

/** Folders that repair tools and authors put libraries of others into. */
const BUNDLING = /(?:^|\/)(?:[^/]+\.libs|\.dylibs|\.libs|_?vendor(?:ed)?)\//i;

/** Those that a table knows, wherever they lie; others only where libraries of others lie. */
function findLibraries(paths: readonly string[]): Map<string, BundledComponent> {
  const found = new Map<string, BundledComponent>();
  for (const path of paths) {
    const file = findLibraryName(path.slice(path.lastIndexOf('/') + 1));
    if (file === undefined) continue;
    const isKnown = findLibraryLicenses(file.name, file.version) !== undefined;
    if (isKnown || BUNDLING.test(path)) {
      found.set(path, { origin: 'library', path, ...file, declared: [] });
    }
  }
  return found;
}

function isFfmpegFile(library: BundledComponent | undefined): boolean {
  return library !== undefined && isOfFfmpeg(library.name);
}

// `avutil_license()` returns the end of this text (libavutil/utils.c), which each library has of its own.
const FFMPEG_LICENSE = /lib(?:av|sw)[a-z]{1,20} license: ([ -~]{1,100})\0/;

function ffmpegLicenses({ head }: Seen): readonly string[] {
  const [, license] = FFMPEG_LICENSE.exec(Buffer.from(head).toString('latin1')) ?? [];
  return license === undefined ? [] : [license];
}

/** All of one build of FFmpeg have one licence: what was not read of one, another of its folder tells. */
function withSiblings(libraries: readonly BundledComponent[]): readonly BundledComponent[] {
  const told = libraries.filter((one) => isFfmpegFile(one) && one.declared.length > 0);
  return libraries.map((one) => {
    if (!isFfmpegFile(one) || one.declared.length > 0) return one;
    const sibling = told.find(({ path }) => folderOf(path) === folderOf(one.path));
    return sibling === undefined ? one : { ...one, declared: sibling.declared };
  });
}

function isSbom(path: string, distInfo: string): boolean {
  return path.startsWith(`${distInfo}/sboms/`);
}

function isVendoredMetadata(path: string): boolean {
  return /\/[^/]+\.(?:dist-info\/METADATA|egg-info\/PKG-INFO)$/i.test(path);
}

function readList(
  path: string,
  { head, isWhole }: Seen,
  self: string,
): readonly BundledComponent[] | undefined {
  const components = isWhole ? readSbom(head) : undefined;
  if (components === undefined) return undefined;
  // Repair tools list the wheel itself as well, of which METADATA tell the licence.
  const others = components.filter(({ name, purl }) => !isSelf(name, purl, self));
  return distinct([others.map((component) => ({ origin: 'sbom', path, ...component }))]);
}

function isSelf(name: string, purl: string | undefined, self: string): boolean {
  if (purl === undefined) return normal(name) === normal(self);
  const [, project] = /^pkg:pypi\/([^@#]+)/i.exec(purl) ?? [];
  return project !== undefined && normal(project) === normal(self);
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function readDistribution(path: string, { head }: Seen): readonly BundledComponent[] | undefined {
  try {
    const metadata = parseCoreMetadata(head);
    const { name, version, licenseExpression, license, licenseClassifiers } = metadata;
    const declared =
      licenseExpression === undefined
        ? [...(license === undefined ? [] : [license]), ...licenseClassifiers]
        : [licenseExpression];
    return [{ origin: 'vendored', path, name, version, declared: declared.map(cut) }];
  } catch (error) {
    if (!isGatehouseError(error, 'invalid-metadata')) throw error;
    return undefined;
  }
}

// A licence that is pasted into the field is not read, whatever it says.
function cut(text: string): string {
  return text.slice(0, 512);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The different ones, at most as many as are listed. */
function distinct(lists: readonly (readonly BundledComponent[])[]): readonly BundledComponent[] {
  const kept = new Map<string, BundledComponent>();
  for (const component of lists.values().flatMap((list) => list)) {
    if (kept.size === NAMES_LISTED) break;
    const { origin, name, version, declared, isOptional } = component;
    const key = JSON.stringify([origin, name, version, declared, isOptional]);
    if (!kept.has(key)) kept.set(key, component);
  }
  return [...kept.values()];
}
