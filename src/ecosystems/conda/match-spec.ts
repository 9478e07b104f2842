import type { ProjectName } from '../../model/subject.ts';
import {
  findBuildNumberSpec,
  isBuildPattern,
  matchesBuild,
  matchesBuildNumber,
} from './build-patterns.ts';
import type { BuildNumberSpec } from './build-patterns.ts';
import { findMatchKeys, listOf } from './match-keys.ts';
import type { MatchKeys } from './match-keys.ts';
import { isChannelName, isCondaName, isSubdir, isVirtualName } from './names.ts';
import { every, findVersionSpec, matchesVersion } from './version-spec.ts';
import type { VersionSpec } from './version-spec.ts';
import { findCondaVersion } from './versions.ts';

/** What a record must be: an entry of `depends` or `constrains` (CEP 29). */
export interface MatchSpec {
  /** As written, without the white space around it. */
  readonly text: string;
  /** Also of a virtual package such as `__glibc`. */
  readonly name: ProjectName;
  readonly channel?: string;
  readonly subdir?: string;
  /** Absent: any. */
  readonly version?: VersionSpec;
  /** A build, in which `*` stands for whatever is there. Absent: any. */
  readonly build?: string;
  readonly buildNumber?: BuildNumberSpec;
  /** In lower case. */
  readonly md5?: string;
  readonly sha256?: string;
  /** Under which condition it is needed at all (CEP 43), as written. */
  readonly when?: string;
  /** What else the package is to bring along (CEP 44). */
  readonly extras: readonly string[];
  /** What the package must have been built with (CEP 45). */
  readonly flags: readonly string[];
  /** Other keys that are written and that nothing here judges, such as `license`. */
  readonly unjudged: readonly string[];
}

/** What a match spec asks of a record; what is absent is not known. */
export interface MatchedRecord {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly buildNumber?: number;
  readonly subdir?: string;
  readonly channel?: string;
  readonly md5?: string;
  readonly sha256?: string;
}

const MAX_SPEC_LENGTH = 2048;
const UNJUDGED = ['url', 'fn', 'license', 'license_family', 'features', 'track_features'];
// What follows the name cannot be part of it, so that no text is tried in many ways.
const SHAPE = /^([^\s[\]=<>!~(),|;#@]+)((?:[\s=<>!~(),|][^[\]#;@]*)?)(?:\[(.*)\])?$/;
// `1.2=build`: an equals sign that is neither part of an operator nor right behind one.
const BUILD_BY_EQUALS = /^(.*[^=<>!~,|(\s])=([^=<>!~,|()\s]+)$/;

/**
 * Reads conda's three forms: `name version build`, `name=version=build` and `name[key=value]`. Absent: no client
 * reads it, or it names no single package, or it is a form that clients read in different ways (a URL, a comment, a
 * namespace, `; if`).
 */
export function findMatchSpec(text: string): MatchSpec | undefined {
  if (text.length > MAX_SPEC_LENGTH || /[^\x20-\x7e]/.test(text)) return undefined;
  const trimmed = text.trim();
  const place = findPlace(trimmed);
  const [, written = '', range = '', bracketed = ''] = SHAPE.exec(place?.rest ?? '') ?? [];
  const name = written.toLowerCase();
  const keys = findMatchKeys(bracketed);
  const wanted = findRange(range.trim());
  if (place === undefined || keys === undefined || wanted === undefined) return undefined;
  if (!isCondaName(name) && !isVirtualName(name)) return undefined;
  const { version, build } = wanted;
  return withKeys(keys, {
    text: trimmed,
    name,
    ...(place.channel === undefined ? {} : { channel: place.channel }),
    ...(place.subdir === undefined ? {} : { subdir: place.subdir }),
    ...(version === undefined ? {} : { version }),
    ...(build === undefined ? {} : { build }),
    ...whenOf(keys.get('when')),
    extras: listOf(keys.get('extras')),
    flags: listOf(keys.get('flags')),
    unjudged: UNJUDGED.filter((key) => keys.has(key)),
  });
}

/**
 * Whether a record is what the spec asks for, its condition aside; undefined: that cannot be said, because the record
 * lacks what decides, or because clients disagree or nothing here judges it.
 */
export function matchesRecord(spec: MatchSpec, record: MatchedRecord): boolean | undefined {
  return every([
    spec.name === record.name,
    versionMatches(spec.version, record.version),
    spec.build === undefined || matchesBuild(spec.build, record.build),
    spec.buildNumber === undefined ||
      (record.buildNumber === undefined
        ? undefined
        : matchesBuildNumber(spec.buildNumber, record.buildNumber)),
    isWanted(spec.channel, record.channel),
    isWanted(spec.subdir, record.subdir),
    isWanted(spec.md5, record.md5),
    isWanted(spec.sha256, record.sha256),
    spec.flags.length === 0 && spec.unjudged.length === 0 ? true : undefined,
  ]);
}

/** `channel::`, `channel/subdir::`; a namespace between colons is no longer used. */
function findPlace(
  text: string,
): { readonly rest: string; readonly channel?: string; readonly subdir?: string } | undefined {
  const [, place, rest = ''] = /^([^:[]*)::([^:[]*(?:\[.*)?)$/.exec(text) ?? [];
  if (place === undefined) return /^[^[]*:/.test(text) ? undefined : { rest: text };
  const slash = place.lastIndexOf('/');
  const last = place.slice(slash + 1);
  // One word is a channel, even one that looks like a subdir: conda-forge.
  const hasSubdir = slash !== -1 && isSubdir(last);
  const channel = hasSubdir ? place.slice(0, slash) : place;
  if (!isChannelName(channel)) return undefined;
  return { rest, channel, ...(hasSubdir ? { subdir: last } : {}) };
}

/** What stands behind the name: a version spec, and a build behind white space or an equals sign. */
function findRange(
  text: string,
): { readonly version?: VersionSpec; readonly build?: string } | undefined {
  if (text === '') return {};
  // conda drops a last pair of parentheses, whatever is in it.
  if (text.endsWith(')')) return undefined;
  const [first = '', second, ...more] = text
    .replaceAll(/ +/g, ' ')
    .replaceAll(/ ?([,|]) ?/g, '$1')
    .replaceAll(/([=<>!~]) /g, '$1')
    .split(' ');
  if (more.length > 0) return undefined;
  const [, before = first, behind] =
    second === undefined ? (BUILD_BY_EQUALS.exec(first) ?? []) : [];
  const build = second ?? behind;
  if (build !== undefined && !isBuildPattern(build)) return undefined;
  const version = findVersionSpec(aloneForm(before, build !== undefined));
  return version && { version, ...(build === undefined ? {} : { build }) };
}

/** One version alone: `==1.2` says `1.2`, and with a build `=1.2` does too; without one it says `1.2.*`. */
function aloneForm(text: string, hasBuild: boolean): string {
  const [, operator, version = ''] = /^(==?)([^=<>!~,|()]+)$/.exec(text) ?? [];
  if (operator === undefined) return text;
  return operator === '==' || hasBuild || version.endsWith('*') ? version : text;
}

/** What is in brackets replaces what is before them. */
function withKeys(keys: MatchKeys, spec: MatchSpec): MatchSpec | undefined {
  const [version, build, number] = ['version', 'build', 'build_number'].map((key) => keys.get(key));
  const versionSpec = version === undefined ? spec.version : findVersionSpec(version);
  const buildNumber = number === undefined ? undefined : findBuildNumberSpec(number);
  const { md5, sha256 } = hashesOf(keys);
  if (version !== undefined && versionSpec === undefined) return undefined;
  if (number !== undefined && buildNumber === undefined) return undefined;
  if (build !== undefined && !isBuildPattern(build)) return undefined;
  if (!/^(?:[0-9a-f]{32})?$/.test(md5 ?? '') || !/^(?:[0-9a-f]{64})?$/.test(sha256 ?? '')) {
    return undefined;
  }
  const channel = keys.get('channel');
  const subdir = keys.get('subdir');
  return {
    ...spec,
    ...(versionSpec === undefined ? {} : { version: versionSpec }),
    ...(build === undefined ? {} : { build }),
    ...(buildNumber === undefined ? {} : { buildNumber }),
    ...(channel === undefined ? {} : { channel }),
    ...(subdir === undefined ? {} : { subdir }),
    ...(md5 === undefined ? {} : { md5 }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

function hashesOf(keys: MatchKeys): { readonly md5?: string; readonly sha256?: string } {
  const md5 = keys.get('md5')?.toLowerCase();
  const sha256 = keys.get('sha256')?.toLowerCase();
  return { ...(md5 === undefined ? {} : { md5 }), ...(sha256 === undefined ? {} : { sha256 }) };
}

function versionMatches(spec: VersionSpec | undefined, text: string): boolean | undefined {
  if (spec === undefined || spec.kind === 'any') return true;
  const version = findCondaVersion(text);
  return version && matchesVersion(spec, version);
}

function isWanted(wanted: string | undefined, given: string | undefined): boolean | undefined {
  if (wanted === undefined) return true;
  return given === undefined ? undefined : wanted === given;
}

function whenOf(when: string | undefined): { readonly when?: string } {
  return when === undefined ? {} : { when };
}
