import type { LicenseText, WheelContents } from './contents.ts';
import type { Sha256 } from './sha256.ts';

/**
 * What a contents or metadata rule reads of an artifact's core metadata. Texts are as written; what does not
 * parse is kept as text, because it is the rules that refuse it.
 */
export interface CoreMetadata {
  readonly metadataVersion: string;
  readonly name: string;
  readonly version: string;
  readonly requiresDist: readonly string[];
  readonly requiresPython?: string;
  readonly providesExtra: readonly string[];
  /** PEP 639 `License-Expression`. */
  readonly licenseExpression?: string;
  /** The free `License` field, whole up to 4,096 characters; `licenseIsLong` says that it was longer. */
  readonly license?: string;
  readonly licenseIsLong: boolean;
  readonly licenseFiles: readonly string[];
  /** Classifiers that begin with `License ::`. */
  readonly licenseClassifiers: readonly string[];
  readonly summary?: string;
  readonly dynamic: readonly string[];
  /** Present: these are the words of a conda package's record or `index.json`. */
  readonly conda?: CondaIndex;
}

/** What only conda packages have. */
export interface CondaIndex {
  readonly build: string;
  readonly buildNumber: number;
  /** Entries of `constrains`, as written: what must not be installed otherwise, if at all. */
  readonly constrains: readonly string[];
  readonly subdir?: string;
  readonly noarch?: string;
  /** What each extra needs besides (CEP 44). */
  readonly extraDepends?: Readonly<Record<string, readonly string[]>>;
}

/** Metadata with where it is from. Provisional: said by a sidecar or read by ranges, before the bytes are verified. */
export interface MetadataFact {
  readonly origin: 'sidecar' | 'ranges' | 'contents' | 'repodata';
  /** Digest of the METADATA file itself, which the store holds as a blob. */
  readonly sha256: Sha256;
  readonly metadata: CoreMetadata;
  /** The wheel's licence texts, where they were read with provisional metadata that do not tell the licence. */
  readonly licenseTexts?: readonly LicenseText[];
}

/** The version of the code that makes Evidence; raised when it begins to extract something new, or reads otherwise. */
export const EXTRACTOR = 4;

/** The first extractor that reads members (`WheelEvidence.contents`). */
export const EXTRACTOR_OF_CONTENTS = 2;

/** The first extractor that looks for what a wheel bundles of others (`WheelContents.components`). */
export const EXTRACTOR_OF_COMPONENTS = 3;

/** Facts from verified bytes of one wheel. */
export interface WheelEvidence {
  readonly kind: 'wheel';
  readonly extractor: number;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly metadata: MetadataFact;
  readonly distInfo: string;
  readonly wheelVersion: string;
  readonly rootIsPurelib: boolean;
  readonly tags: readonly string[];
  readonly memberCount: number;
  readonly unpackedBytes: number;
  /** Members that RECORD does not name, and rows of RECORD without a member; at most 20 of each. */
  readonly unrecorded: readonly string[];
  readonly missing: readonly string[];
  /** What its members hold; absent in evidence of extractor 1, which did not read them. */
  readonly contents?: WheelContents;
}

/** Facts from verified bytes of one source distribution. What its build would install is not among them. */
export interface SdistEvidence {
  readonly kind: 'sdist';
  readonly extractor: number;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  /** Of its PKG-INFO. */
  readonly metadata: MetadataFact;
  /** The one folder at its top. */
  readonly folder: string;
  readonly memberCount: number;
  readonly unpackedBytes: number;
  readonly contents: WheelContents;
}

/** Facts from verified bytes of one conda package. */
export interface CondaEvidence {
  readonly kind: 'conda';
  readonly extractor: number;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly format: 'conda' | 'tar.bz2';
  /** Of its `info/index.json`, in the words of core metadata, as a record of a channel is read. */
  readonly metadata: MetadataFact;
  /** What its `info/about.json` says of the licence; a list is joined as several licences at once. */
  readonly aboutLicense?: string;
  readonly memberCount: number;
  readonly unpackedBytes: number;
  readonly contents: WheelContents;
}

/** The bytes could not be read the one safe way: why, from the closed list of `validation/archives`. */
export interface RefusedEvidence {
  readonly kind: 'refused';
  readonly extractor: number;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly reason: string;
  readonly message: string;
}

export type Evidence = WheelEvidence | SdistEvidence | CondaEvidence | RefusedEvidence;
