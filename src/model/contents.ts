/**
 * What the members of a wheel or of a source distribution hold, each read once and whole. Lists are in the order of the archive and cut at
 * `CONTENTS_LISTED`, licence texts at `TEXTS_LISTED`, names at `NAMES_LISTED`. A part that is absent was not looked for by the extractor that made the
 * evidence, so it is unknown: it never means "none".
 */
export interface WheelContents {
  readonly record?: readonly RecordFault[];
  readonly licenseTexts?: readonly LicenseText[];
  readonly startup?: readonly StartupHook[];
  /** Files that Jupyter loads by itself once they are installed. */
  readonly notebook?: readonly string[];
  /** Names that become importable, such as `numpy`; a module of one file without its suffix. */
  readonly modules?: readonly string[];
  /**
   * Import names that are its own: packages and modules; of a namespace (PEP 420), which many share, the first such
   * names below it, such as `google.protobuf`.
   */
  readonly owned?: readonly string[];
  /** Names of commands that are put on the path. */
  readonly commands?: readonly string[];
  /** What entry points, `.data` folders or names of scripts have that clients could take for something else. */
  readonly layout?: readonly LayoutFault[];
  readonly executables?: readonly Executable[];
  readonly libraries?: readonly NativeLibrary[];
  readonly pickles?: readonly PickleFile[];
  readonly secrets?: readonly Sighting[];
  readonly obfuscation?: readonly Sighting[];
  /** Of a source distribution: what an installer runs to make a wheel of it. */
  readonly buildScripts?: readonly BuildScript[];
  /** Of a conda package: what clients run, or read as settings, by itself. */
  readonly linkScripts?: readonly LinkScript[];
  /** What it bundles of others, at most `NAMES_LISTED`. */
  readonly components?: readonly BundledComponent[];
  /** SBOMs and METADATA of bundled distributions that cannot be read. */
  readonly unreadComponents?: readonly string[];
}

/** The most entries that a list of contents keeps: a rule that sees so many must reckon with more. */
export const CONTENTS_LISTED = 50;

/** The most licence texts that are read: torch has 150. */
export const TEXTS_LISTED = 300;

/** The most modules, the most commands, and the most bundled components, that are kept. */
export const NAMES_LISTED = 1000;

/** A row of RECORD that is not of the member that it names. */
export interface RecordFault {
  readonly path: string;
  readonly fault: 'hash' | 'size' | 'weak-hash' | 'no-hash';
}

/** A licence text that the wheel carries, and the licences that its words amount to. */
export interface LicenseText {
  readonly path: string;
  /** Of the file's bytes, for a clarification to be bound to. */
  readonly sha256: string;
  /**
   * `whole`: the file is the text of one licence, of which these SPDX expressions are the ways to mean it. `contains`:
   * it has these texts among others. `unknown`: none is recognised.
   */
  readonly match: 'whole' | 'contains' | 'unknown';
  readonly expressions: readonly string[];
}

/** Code that every start of Python runs once the wheel is installed. */
export interface StartupHook {
  readonly path: string;
  readonly kind: 'pth-import' | 'start-file' | 'sitecustomize' | 'usercustomize';
  readonly sha256: string;
  /** The first lines that are run, for a person to read. */
  readonly lines: readonly string[];
}

/** Something that clients could install as what it is not. */
export interface LayoutFault {
  readonly path: string;
  readonly fault:
    | 'data-key'
    | 'environment-file'
    | 'other-metadata'
    | 'entry-points-unreadable'
    | 'entry-point-name'
    | 'script-name'
    | 'interpreter-name';
  readonly value: string;
}

/** A program, as its first bytes show. */
export interface Executable {
  readonly path: string;
  readonly format: 'elf' | 'pe' | 'mach-o' | 'script';
  readonly sha256: string;
}

/** A shared library or an extension module. */
export interface NativeLibrary {
  readonly path: string;
  readonly format: 'elf' | 'pe' | 'mach-o';
}

/** A file that Python's pickle would run, and that may look up more than harmless names. */
export interface PickleFile {
  readonly path: string;
  /** `unlisted`: it names something that no list knows. `unreadable`: it cannot be walked to its end. */
  readonly outcome: 'unlisted' | 'unreadable';
  /** What it names that no list knows, as `module name`. */
  readonly names: readonly string[];
}

/** A part of what turns sources into a wheel. */
export interface BuildScript {
  /** `backend` and `in-tree-backend`: a module that is imported; `setup-py`: a file that is run. */
  readonly kind: 'setup-py' | 'backend' | 'in-tree-backend' | 'requirement';
  /** The path of the file, the backend, or the requirement as written. */
  readonly value: string;
}

/** A file that conda or another client of its packages runs or obeys by itself. */
export interface LinkScript {
  readonly path: string;
  /**
   * `link`: run while it is installed or removed. `activate`: run whenever the environment is activated or left.
   * `variables`: set then. `menu`: an entry of the desktop's menu. `settings`: of conda, pip or Python itself.
   */
  readonly kind: 'link' | 'activate' | 'variables' | 'menu' | 'settings';
  readonly sha256: string;
}

/** A place where something was seen, without what was seen. */
export interface Sighting {
  readonly path: string;
  readonly kind: string;
}

/** Something of others that a wheel bundles, as far as the wheel itself shows it. */
export interface BundledComponent {
  /** `library`: a native library, by its file name. `vendored`: a distribution in a folder. `sbom`: a list says it. */
  readonly origin: 'library' | 'vendored' | 'sbom';
  /** The library, the METADATA file or the SBOM. */
  readonly path: string;
  readonly name: string;
  readonly version?: string;
  /** Of an SBOM: the package URL without what follows the version. */
  readonly purl?: string;
  /** The licences that it is said to be under, as written: expressions, names, classifiers. */
  readonly declared: readonly string[];
  /** An SBOM lists it as something that is not there, and would be used if it were. */
  readonly isOptional?: true;
}
