import type { SpecifierSet } from '../ecosystems/pypi/specifiers.ts';
import type { LicenseExpression } from '../ecosystems/spdx/expression.ts';
import type { Mode, PolicyPlace } from '../model/decision.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { Ecosystem, ProjectName, SourceId } from '../model/subject.ts';
import type { Target } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { ContentEffect, ContentKey } from './content-keys.ts';

/** A policy file as data: parsed whole, every value that can decide with the place it stands at. */
export interface Policy {
  /** SHA-256 of the file's bytes. */
  readonly digest: Sha256;
  /** The file's text, as it was read. */
  readonly text: string;
  readonly sources: readonly PolicySource[];
  readonly targets: readonly Target[];
  /** Where `targets` stands, for findings about what fits none of them. */
  readonly targetsPlace: PolicyPlace;
  readonly packages: {
    readonly allow: ReadonlyMap<ProjectName, Allowance>;
    readonly deny: ReadonlyMap<ProjectName, readonly Denial[]>;
  };
  readonly licenses: {
    /** One licence each, never a compound expression. */
    readonly allow: readonly Placed<LicenseExpression>[];
    /** Allowing X allows `X WITH <any listed SPDX exception>`. */
    readonly exceptionsArePermissive: boolean;
    readonly grants: readonly LicenseGrant[];
    readonly clarify: readonly LicenseClarification[];
    readonly bundled: BundledLicenses;
    /** Where `licenses.allow` stands, for findings about what it lacks. */
    readonly place: PolicyPlace;
  };
  readonly versions: {
    readonly minAgeMs: Placed<number>;
    readonly keep: Placed<number>;
    readonly prereleases: Placed<'allow' | 'deny'>;
    readonly yanked: Placed<'allow' | 'deny'>;
    readonly formats: Readonly<Record<'wheel' | 'sdist', Placed<'allow' | 'deny'>>>;
  };
  readonly dependencies: {
    readonly closure: Placed<'follow' | 'listed'>;
    readonly directUrls: Placed<'allow' | 'deny'>;
  };
  readonly content: Readonly<Record<ContentKey, Placed<ContentEffect>>> & {
    readonly known: readonly KnownContent[];
  };
  readonly attestations: {
    readonly verify: Placed<'verify-if-present' | 'off'>;
    readonly downgrade: Placed<ContentEffect>;
    readonly publisherChange: Placed<ContentEffect>;
    readonly require: readonly RequiredAttestation[];
  };
  readonly denials: { readonly show: Placed<'explain' | 'strict' | 'hide'> };
  /** Modes by rule id; a rule that is not named enforces. */
  readonly rules: ReadonlyMap<string, Placed<Mode>>;
  readonly waivers: readonly Waiver[];
  /** Findings about the file itself that do not stop it from being used: expired or unused entries. */
  readonly remarks: readonly Remark[];
}

export interface Placed<Value> {
  readonly value: Value;
  readonly place: PolicyPlace;
}

export interface PolicySource {
  readonly id: SourceId;
  readonly kind: Ecosystem;
  /** Absent: from the deployment's settings. */
  readonly url?: string;
  /** Names (`acme-*`) that come from this source only. */
  readonly claims: readonly Placed<string>[];
  /** In place of `versions.min-age` for what comes from here. */
  readonly minAgeMs?: Placed<number>;
  /** `first-seen`: an artifact without a SHA-256 in the index gets that of its bytes when they are first fetched. */
  readonly hashes: 'required' | 'first-seen';
  readonly place: PolicyPlace;
}

/** An entry of `packages.allow`. Several lines of one project are one allowance with several ranges. */
export interface Allowance {
  readonly project: ProjectName;
  /** A version is in range when one of them contains it. */
  readonly ranges: readonly Placed<SpecifierSet>[];
  /** Extras that the closure follows for the root, as written in `name[extra]`. */
  readonly extras: readonly string[];
  readonly reason?: string;
  readonly place: PolicyPlace;
}

export interface Denial {
  readonly project: ProjectName;
  /** Absent: every version. */
  readonly versions?: SpecifierSet;
  readonly reason: string;
  /** What to use instead, for the message. */
  readonly instead?: string;
  readonly place: PolicyPlace;
}

/** A dated exception ends at the start of the day after `expires`, UTC. */
export interface Dated {
  readonly reason: string;
  readonly approver: string;
  readonly expires: Instant;
  readonly place: PolicyPlace;
}

/** A licence that is allowed for these projects only. */
export interface LicenseGrant extends Dated {
  /** One licence, never a compound expression. */
  readonly expression: LicenseExpression;
  /** Project names or `nvidia-*` patterns. */
  readonly packages: readonly string[];
}

/** A person has read the licence of these versions: it is this expression. */
export interface LicenseClarification {
  readonly project: ProjectName;
  readonly versions?: SpecifierSet;
  readonly expression: LicenseExpression;
  /** Of the licence file that was read; where the artifact has no such file, the clarification is void. */
  readonly text?: Sha256;
  readonly reason: string;
  readonly place: PolicyPlace;
}

/** What licences the components that an artifact bundles may have. */
export interface BundledLicenses {
  /** Besides those that packages may have; one licence each, never a compound expression. */
  readonly allow: readonly Placed<LicenseExpression>[];
  /** For a component of which no licence is allowed. */
  readonly others: Placed<ContentEffect>;
  /** For a component of which nobody says the licence. */
  readonly unknown: Placed<ContentEffect>;
  readonly clarify: readonly ComponentClarification[];
}

/** A person has read the licence of a component that these versions bundle. */
export interface ComponentClarification {
  readonly project: ProjectName;
  readonly versions?: SpecifierSet;
  /** As findings name it; in any case. */
  readonly component: string;
  readonly expression: LicenseExpression;
  readonly reason: string;
  readonly place: PolicyPlace;
}

/** Somebody has looked at what these projects hold and found it in order. */
export interface KnownContent {
  readonly key: ContentKey;
  /** Project names or `jupyter-*` patterns. */
  readonly packages: readonly string[];
  /** Only files with these digests; absent: whatever they hold. */
  readonly sha256?: readonly Sha256[];
  readonly reason: string;
  readonly place: PolicyPlace;
}

/** These projects come with a verified attestation or not at all. */
export interface RequiredAttestation {
  /** Project names or `acme-*` patterns. */
  readonly packages: readonly string[];
  /** As `Publisher.id` has them; absent: any. */
  readonly publishers?: readonly string[];
  readonly place: PolicyPlace;
}

/** Lifts one code (or all of one rule) for these versions of a project, while it lasts. */
export interface Waiver extends Dated {
  /** A finding code, or a rule id. */
  readonly rule: string;
  readonly project: ProjectName;
  readonly versions?: SpecifierSet;
}

export interface Remark {
  readonly code: string;
  readonly message: string;
  readonly place: PolicyPlace;
}
