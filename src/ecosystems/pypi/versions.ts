import type { Brand } from '../../model/brand.ts';
import { GatehouseError } from '../../model/errors.ts';
import { versionOrder } from './version-order.ts';
import type { OrderedParts, VersionOrder } from './version-order.ts';
import { WHITESPACE } from './whitespace.ts';

/** A version of PEP 440; only the parser makes one. */
export type Version = Brand<VersionParts, 'Version'>;

/**
 * Numbers above 2^53 are rounded here; the text and the order are exact. Survives a structured clone.
 */
export interface VersionParts {
  /** The normal form. Equal versions may differ in it: `1.0` and `1.0.0`. */
  readonly text: string;
  readonly epoch: number;
  readonly release: readonly number[];
  readonly pre?: { readonly label: 'a' | 'b' | 'rc'; readonly number: number };
  readonly post?: number;
  readonly dev?: number;
  readonly local?: readonly (string | number)[];
  readonly order: VersionOrder;
}

const MAX_VERSION_LENGTH = 256;

const PATTERN = new RegExp(
  [
    `^[${WHITESPACE}]*v?`,
    '(?:(?<epoch>[0-9]+)!)?',
    '(?<release>[0-9]+(?:\\.[0-9]+)*)',
    '(?:[._-]?(?<preLabel>alpha|a|beta|b|preview|pre|c|rc)[._-]?(?<pre>[0-9]+)?)?',
    '(?:-(?<barePost>[0-9]+)|[._-]?(?<postLabel>post|rev|r)[._-]?(?<post>[0-9]+)?)?',
    '(?:[._-]?(?<devLabel>dev)[._-]?(?<dev>[0-9]+)?)?',
    '(?:\\+(?<local>[a-z0-9]+(?:[._-][a-z0-9]+)*))?',
    `[${WHITESPACE}]*$`,
  ].join(''),
  'i',
);

/** Reads a version in any spelling of PEP 440, at most 256 characters long; throws `invalid-version`. */
export function parseVersion(text: string): Version {
  const version = findVersion(text);
  if (version === undefined) {
    throw new GatehouseError(
      'invalid-version',
      `not a version of PEP 440 of at most ${MAX_VERSION_LENGTH} characters: ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return version;
}

/** As `parseVersion`; absent where that throws. */
export function findVersion(text: string): Version | undefined {
  if (text.length > MAX_VERSION_LENGTH) return undefined;
  const groups = PATTERN.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const ordered = orderedParts(groups);
  const { pre, post, dev, local } = ordered;
  const parts: VersionParts = {
    text: normalForm(ordered),
    epoch: Number(ordered.epoch),
    release: ordered.release.map(Number),
    ...(pre && { pre: { label: pre.label, number: Number(pre.digits) } }),
    ...(post !== undefined && { post: Number(post) }),
    ...(dev !== undefined && { dev: Number(dev) }),
    ...(local && {
      local: local.map((segment) => (isNumber(segment) ? Number(segment) : segment)),
    }),
    order: versionOrder(ordered),
  };
  return isVersion(parts) ? parts : undefined;
}

/** Orders as PEP 440 does, local versions included; 0 means equal, such as `1.0` and `1.0.0`. */
export function compareVersions(left: Version, right: Version): -1 | 0 | 1 {
  if (left.order.whole === right.order.whole) return 0;
  return left.order.whole < right.order.whole ? -1 : 1;
}

/** Whether it has a pre-release or a development segment. */
export function isPrerelease(version: Version): boolean {
  return version.pre !== undefined || version.dev !== undefined;
}

/** The normal form without the local version. */
export function publicVersion(version: Version): string {
  return version.text.replace(/\+.*/, '');
}

/** The normal form of epoch and release alone. */
export function baseVersion(version: Version): string {
  return version.text.replace(/(?:a|b|rc|\.post|\.dev|\+).*/, '');
}

/** The normal form can be longer than what was written (`1-1` is `1.post1`), and must itself be a version. */
function isVersion(parts: VersionParts): parts is Version {
  return parts.text.length <= MAX_VERSION_LENGTH;
}

function orderedParts(groups: Readonly<Record<string, string | undefined>>): OrderedParts {
  const { epoch, release, preLabel, pre, barePost, postLabel, post, devLabel, dev, local } = groups;
  return {
    epoch: exactDigits(epoch),
    release: (release ?? '').split('.').map(exactDigits),
    pre:
      preLabel === undefined
        ? undefined
        : { label: normalLabel(preLabel), digits: exactDigits(pre) },
    post: (barePost ?? postLabel) ? exactDigits(barePost ?? post) : undefined,
    dev: devLabel === undefined ? undefined : exactDigits(dev),
    local: local
      ?.toLowerCase()
      .split(/[._-]/)
      .map((segment) => (isNumber(segment) ? exactDigits(segment) : segment)),
  };
}

/** An absent number is an implicit 0. */
function exactDigits(text: string | undefined): string {
  return text?.replace(/^0+(?=[0-9])/, '') ?? '0';
}

function isNumber(segment: string): boolean {
  return /^[0-9]+$/.test(segment);
}

function normalLabel(label: string): 'a' | 'b' | 'rc' {
  const first = label.charAt(0).toLowerCase();
  return first === 'a' || first === 'b' ? first : 'rc';
}

function normalForm({ epoch, release, pre, post, dev, local }: OrderedParts): string {
  return [
    epoch === '0' ? '' : `${epoch}!`,
    release.join('.'),
    pre === undefined ? '' : pre.label + pre.digits,
    post === undefined ? '' : `.post${post}`,
    dev === undefined ? '' : `.dev${dev}`,
    local === undefined ? '' : `+${local.join('.')}`,
  ].join('');
}
