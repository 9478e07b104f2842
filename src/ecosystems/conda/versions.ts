import type { Brand } from '../../model/brand.ts';
import { compareOrdered, findComponent } from './version-order.ts';
import type { Component, OrderedVersion } from './version-order.ts';

/** A version of CEP 33; only the parser makes one. */
export type CondaVersion = Brand<CondaVersionParts, 'CondaVersion'>;

/** Survives a structured clone. */
export interface CondaVersionParts {
  /** As written, in lower case. Equal versions may differ in it: `1.0` and `1.0.0`. */
  readonly text: string;
  readonly order: OrderedVersion;
}

const MAX_VERSION_LENGTH = 64;
const SHAPE = /^(?:([0-9]+)!)?([^!+]+)(?:\+([^!+]+))?$/;

/** Reads a version in any spelling of CEP 33, at most 64 characters long; absent: it is none. */
export function findCondaVersion(text: string): CondaVersion | undefined {
  if (text.length > MAX_VERSION_LENGTH || !/^[\x21-\x7e]+$/.test(text)) return undefined;
  const lower = text.toLowerCase();
  // A dash is an underscore, unless there are both.
  if (lower.includes('-') && lower.includes('_')) return undefined;
  const [, epoch = '0', release = '', local] = SHAPE.exec(lower.replaceAll('-', '_')) ?? [];
  const releaseParts = findComponents([epoch, ...releaseTexts(release)]);
  const localParts = local === undefined ? [] : findComponents(local.split(/[._]/));
  if (releaseParts === undefined || localParts === undefined) return undefined;
  const parts: CondaVersionParts = {
    text: lower,
    order: { release: releaseParts, local: localParts },
  };
  return isRead(parts) ? parts : undefined;
}

/** Orders as CEP 33 does; 0 means equal, such as `1.0` and `1.0.0`. */
export function compareCondaVersions(left: CondaVersion, right: CondaVersion): -1 | 0 | 1 {
  return left.text === right.text ? 0 : compareOrdered(left.order, right.order);
}

/** An underscore at the end belongs to what is before it: OpenSSL's `1.0.1_` is before `1.0.1a`. */
function releaseTexts(release: string): readonly string[] {
  if (!release.endsWith('_')) return release.split(/[._]/);
  const texts = release.slice(0, -1).split(/[._]/);
  const last = texts.pop() ?? '';
  return [...texts, `${last}_`];
}

function findComponents(texts: readonly string[]): readonly Component[] | undefined {
  const components: Component[] = [];
  for (const text of texts) {
    const component = findComponent(text);
    if (component === undefined) return undefined;
    components.push(component);
  }
  return components;
}

function isRead(parts: CondaVersionParts): parts is CondaVersion {
  return parts.order.release.length > 1;
}
