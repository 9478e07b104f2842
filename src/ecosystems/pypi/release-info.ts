import { parseHeaderFields } from './header-fields.ts';

/** What an index's JSON API tells of a release, from its METADATA; texts are as written, and nothing judges by them. */
export interface ReleaseInfo {
  readonly author?: string;
  readonly authorEmail?: string;
  readonly maintainer?: string;
  readonly maintainerEmail?: string;
  readonly summary?: string;
  readonly keywords?: string;
  readonly homePage?: string;
  readonly downloadUrl?: string;
  readonly descriptionContentType?: string;
  readonly license?: string;
  readonly licenseExpression?: string;
  readonly licenseFiles: readonly string[];
  readonly platforms: readonly string[];
  readonly classifiers: readonly string[];
  /** Label and address, in the order of METADATA. */
  readonly projectUrls: readonly (readonly [label: string, url: string])[];
  readonly requiresPython?: string;
  readonly requiresDist: readonly string[];
  readonly providesExtra: readonly string[];
  readonly dynamic: readonly string[];
}

/** Reads what METADATA says to people and bots. Throws `invalid-metadata` as `parseHeaderFields`. */
export function readReleaseInfo(bytes: Uint8Array): ReleaseInfo {
  const fields = Map.groupBy(parseHeaderFields(bytes), ({ name }) => name);
  function all(name: string): readonly string[] {
    return (fields.get(name) ?? []).map(({ text }) => text).filter(saysSomething);
  }
  const texts = Object.entries(TEXTS).flatMap(([key, name]) => {
    const text = all(name)[0];
    return text === undefined ? [] : [[key, text] as const];
  });
  return {
    ...Object.fromEntries(texts),
    licenseFiles: all('license-file'),
    platforms: all('platform'),
    classifiers: all('classifier'),
    projectUrls: all('project-url').flatMap(labelled),
    requiresDist: all('requires-dist'),
    providesExtra: all('provides-extra'),
    dynamic: all('dynamic'),
  };
}

const TEXTS = {
  author: 'author',
  authorEmail: 'author-email',
  maintainer: 'maintainer',
  maintainerEmail: 'maintainer-email',
  summary: 'summary',
  keywords: 'keywords',
  homePage: 'home-page',
  downloadUrl: 'download-url',
  descriptionContentType: 'description-content-type',
  license: 'license',
  licenseExpression: 'license-expression',
  requiresPython: 'requires-python',
} as const satisfies Partial<Record<keyof ReleaseInfo, string>>;

/** Old build tools write UNKNOWN for what its authors left out. */
function saysSomething(text: string): boolean {
  return text !== '' && text !== 'UNKNOWN';
}

/** `Label, address`; a text without a label is none. */
function labelled(text: string): readonly (readonly [string, string])[] {
  const comma = text.indexOf(',');
  const [label, url] = [text.slice(0, comma).trim(), text.slice(comma + 1).trim()];
  return comma < 1 || label === '' || url === '' ? [] : [[label, url]];
}
