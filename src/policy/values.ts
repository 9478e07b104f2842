import { isSubdir } from '../ecosystems/conda/names.ts';
import { findCondaVersion } from '../ecosystems/conda/versions.ts';
import { GatehouseError } from '../model/errors.ts';
import { isSha256, type Sha256 } from '../model/sha256.ts';
import { isSourceId, type SourceId } from '../model/subject.ts';
import { DAY_MS, HOUR_MS, type Instant } from '../model/time.ts';

const MAX_TEXT_LENGTH = 500;

/** Reads `7d` or `12h` as milliseconds; throws `invalid-policy`. */
export function parseDuration(text: string): number {
  const match = /^(0|[1-9][0-9]{0,3})([dh])$/.exec(text);
  if (match === null) {
    throw invalid(`not a duration: ${shown(text)}`, 'write days or hours, like 7d or 12h');
  }
  return Number(match[1]) * (match[2] === 'd' ? DAY_MS : HOUR_MS);
}

/** Reads `2027-06-30` as the end of that day in UTC, which is the start of the next; throws `invalid-policy`. */
export function parseExpiry(text: string): Instant {
  const start = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)
    ? Date.parse(`${text}T00:00:00Z`)
    : Number.NaN;
  // 2027-02-30 is refused by some engines and is 2 March to others.
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== text) {
    throw invalid(`not a date: ${shown(text)}`, 'write year, month and day, like 2027-06-30');
  }
  return start + DAY_MS;
}

/** Reads what a person wrote for people, as one line; throws `invalid-policy` when it is empty or long. */
export function parseProse(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') throw invalid('the text is empty', 'say it in a sentence');
  if (line.length > MAX_TEXT_LENGTH) {
    throw invalid(
      `the text is too long: ${line.length} characters, at most ${MAX_TEXT_LENGTH}`,
      'shorten it',
    );
  }
  return line;
}

/** Reads a SHA-256 of 64 hexadecimal digits; throws `invalid-policy`. */
export function parseDigest(text: string): Sha256 {
  const digest = text.toLowerCase();
  if (!isSha256(digest)) {
    throw invalid(`not a SHA-256: ${shown(text)}`, 'write its 64 hexadecimal digits');
  }
  return digest;
}

/** Reads the id of a source; throws `invalid-policy`. */
export function parseSourceId(text: string): SourceId {
  if (!isSourceId(text)) {
    throw invalid(
      `not the id of a source: ${shown(text)}`,
      'write lower-case letters, digits and inner "-"',
    );
  }
  return text;
}

/** Reads the address of an index: http or https, without credentials, query and fragment; throws `invalid-policy`. */
export function parseSourceUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw invalid(`not an http or https address: ${shown(text)}`, 'write it whole, with https://');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      'an address in the policy must not hold credentials',
      'they belong in the settings',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalid(
      `the address of an index has no query and no fragment: ${shown(text)}`,
      'leave them out',
    );
  }
  return url.href;
}

const PLATFORM =
  /^(?:manylinux_2_[0-9]{1,2}_(?:x86_64|aarch64|i686|armv7l|ppc64le|s390x|riscv64)|musllinux_1_[0-9]{1,2}_(?:x86_64|aarch64)|macosx_[0-9]{2}_[0-9]{1,2}_(?:x86_64|arm64)|win_(?:amd64|arm64))$/;

/** Reads the platform tag of a notebook environment; throws `invalid-policy`. */
export function parsePlatform(text: string): string {
  if (!PLATFORM.test(text)) {
    throw invalid(
      `not a platform: ${shown(text)}`,
      'write it like manylinux_2_28_x86_64, musllinux_1_2_aarch64, macosx_14_0_arm64 or win_amd64',
    );
  }
  return text;
}

/** Reads `3.12`; throws `invalid-policy`. */
export function parsePython(text: string): string {
  if (!/^3\.(?:0|[1-9][0-9]?)$/.test(text)) {
    throw invalid(`not a Python version: ${shown(text)}`, 'write major and minor, like "3.12"');
  }
  return text;
}

/** Reads a platform subdir of conda; throws `invalid-policy`. */
export function parseSubdir(text: string): string {
  if (isSubdir(text) && text !== 'noarch') return text;
  throw invalid(`not a platform of conda: ${shown(text)}`, 'write it like linux-64 or osx-arm64');
}

/** Reads the name of a virtual package without its underscores: `glibc` is `__glibc`; throws `invalid-policy`. */
export function parseVirtualPackage(text: string): string {
  if (/^[a-z][a-z0-9-]{0,60}$/.test(text)) return `__${text.replaceAll('-', '_')}`;
  throw invalid(`not a virtual package of conda: ${shown(text)}`, 'write it like glibc or cuda');
}

/** Reads the version of a virtual package; throws `invalid-policy`. */
export function parseVirtualVersion(text: string): string {
  if (findCondaVersion(text) !== undefined) return text;
  throw invalid(`not a version of conda: ${shown(text)}`, 'write it like "2.28"');
}

const PUBLISHER =
  /^(?:github:[\w.-]+\/[\w.-]+\/\.github\/workflows\/[\w.-]+|gitlab:[\w.-]+(?:\/[\w.-]+)+\/\/[\w./-]+|circleci:[\w-]+\/[\w-]+|google:[^\s@]+@[^\s@]+)$/;

/** Reads who publishes, as findings name it; throws `invalid-policy`. */
export function parsePublisher(text: string): string {
  if (PUBLISHER.test(text)) return text;
  throw invalid(
    `not a publisher: ${shown(text)}`,
    'write it like github:owner/name/.github/workflows/release.yml, gitlab:group/name//.gitlab-ci.yml, circleci:project/pipeline or google:address',
  );
}

/** Reads the id of a rule; throws `invalid-policy`. */
export function parseRuleId(text: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(text)) {
    throw invalid(`not the id of a rule: ${shown(text)}`, 'write it like license or record-file');
  }
  return text;
}

/** Reads the id of a rule, or one of its codes; throws `invalid-policy`. */
export function parseRuleOrCode(text: string): string {
  if (!/^[a-z][a-z0-9-]*(?:\/[a-z][a-z0-9-]*)?$/.test(text)) {
    throw invalid(
      `not the id of a rule or a finding code: ${shown(text)}`,
      'write it as the finding gives it',
    );
  }
  return text;
}

function invalid(message: string, hint: string): GatehouseError {
  return new GatehouseError('invalid-policy', message, { hint });
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
