import type { WheelContents } from '../../../model/contents.ts';

/** A file of a wheel, as an inspector sees it. Folders are not shown. */
export interface InspectedMember {
  /** As the archive has it; printable, without `..`, unique. */
  readonly name: string;
  /** Where it lies once it is installed; absent: in the dist-info or nowhere that is known. */
  readonly installed?: InstalledPath;
  readonly sizeBytes: number;
}

/** Where an installer puts a member (wheel specification, "Installing a wheel"). */
export interface InstalledPath {
  /** `site`: among the importable packages. The others are the keys of the `.data` folder. */
  readonly place: 'site' | 'scripts' | 'data' | 'headers';
  /** Relative to that place. */
  readonly path: string;
}

/** A member's content, as far as an inspector asked for it. */
export interface Seen {
  /** Its beginning; all of it where `isWhole`. */
  readonly head: Uint8Array;
  readonly isWhole: boolean;
  /** Of the whole content, in hexadecimal digits. */
  readonly sha256: string;
}

/** What is to be known before the first member is shown. */
export interface WheelLayout {
  /** Name of the `.dist-info` folder; of a source distribution its one folder. */
  readonly distInfo: string;
  /** All files in the order of the archive. */
  readonly members: readonly InspectedMember[];
}

/**
 * Looks at the members of one wheel, each once, in the order of the archive, and says what it found. Pure: no I/O, no
 * clock. What it cannot read it reports as a fact; what it throws makes the whole wheel unreadable, which refuses.
 */
export interface Inspector {
  /** The most bytes from the beginning of a member that it wants to see; 0: none, then it is not shown. */
  appetite(member: InspectedMember): number;
  look(member: InspectedMember, seen: Seen): void;
  /** Its parts of the contents; asked once, at the end. */
  found(): Partial<WheelContents>;
}

/** Begins the inspection of one wheel. */
export type BeginInspection = (layout: WheelLayout) => Inspector;
