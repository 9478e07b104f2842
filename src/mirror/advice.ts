import { numbersOf, type ReleaseVersion } from '../ecosystems/releases.ts';
import type { Finding } from '../model/decision.ts';

/** What a person asked about, as far as advice depends on it. */
export interface About {
  /** As an entry of the policy begins: a project of PyPI, or `channel::name`. */
  readonly entry: string;
  /** The version asked for, else the newest that is known; absent: none is known. */
  readonly version: ReleaseVersion | undefined;
  /** Whether that is the newest that upstream lists. */
  readonly isNewest: boolean;
  /** The approved version to take instead; absent: nothing is approved. */
  readonly nearest: ReleaseVersion | undefined;
  /** `packages.allow` has an entry for the project. */
  readonly hasEntry: boolean;
  /** Upstream has no such project. */
  readonly isAbsent: boolean;
  /** The licence that refuses it as well; absent: none does, or it is not known. */
  readonly refusedLicence: string | undefined;
}

/** What a person can do about a finding, one or two sentences; absent: nothing but waiting or another version. */
export function adviceFor(finding: Finding, about: About): string | undefined {
  const [rule, reason] = finding.code.split('/');
  switch (rule) {
    case 'closure':
      return adviceOnClosure(reason, about);
    case 'package':
      return adviceOnName(reason, about);
    case 'version':
      return reason === 'out-of-range' ? adviceOnRange(about) : undefined;
    case 'record':
      return reason === 'missing' ? 'Check the spelling of name and version.' : undefined;
    case 'license':
      return reason === 'not-allowed'
        ? `Ask the owners of policy.yaml for an entry in licenses.grants (with approver, reason and expiry), or use another package. If its own text allows more than what it declares, ask for an entry for ${about.entry} in licenses.clarify.`
        : `Read the licence and add an entry for ${about.entry} to licenses.clarify in policy.yaml.`;
    case 'age':
      return 'Wait until the date given, use an older version, or ask for a waiver.';
    case 'target':
      return 'Use a version that has a build for your Python and platform, or declare the target in policy.yaml.';
    case 'format':
      return 'Use a version that has a wheel.';
    case 'revoked':
      return 'It was taken back: use another version.';
    case undefined:
    default:
      return undefined;
  }
}

function adviceOnClosure(reason: string | undefined, about: About): string {
  const { nearest } = about;
  if (reason === 'not-needed') return adviceOnEntry(about);
  if (reason === 'beyond-keep') {
    const use = nearest === undefined ? 'Use a newer version' : `Use ${nearest.text} or newer`;
    return about.hasEntry && about.version !== undefined
      ? `${use}; to keep an older line as well, add a second entry such as "- ${about.entry} ${minorLine(about.version)}".`
      : `${use}, or raise versions.keep.`;
  }
  const instead = nearest === undefined ? '' : `, or use ${nearest.text}`;
  return `Settle or approve what the finding names${instead}.`;
}

function adviceOnName(reason: string | undefined, about: About): string {
  if (reason === 'not-listed') return adviceOnEntry(about);
  return reason === 'denied'
    ? 'A person denied it on purpose: use the alternative that the finding names, or talk to the owners of policy.yaml.'
    : 'Ask the owners of policy.yaml which source it should come from.';
}

function adviceOnEntry(about: About): string {
  const { entry, version, nearest } = about;
  const wanted = version && (about.isNewest ? majorLine(version) : minorLine(version));
  if (about.isAbsent) return `Check the spelling: upstream has no project ${entry}.`;
  if (nearest !== undefined && wanted !== undefined) {
    const lines = [...new Set([wanted, majorLine(nearest)])].map((line) => `"- ${entry} ${line}"`);
    return `Use ${nearest.text}; to have this version, add an entry to packages.allow for each line to approve: ${lines.join(', ')}.`;
  }
  const line = wanted === undefined ? '' : ` ${wanted}`;
  const range = wanted === undefined ? '' : ` "${wanted}"`;
  const licence =
    about.refusedLicence === undefined
      ? ''
      : ` Its licence ${about.refusedLicence} would be refused too.`;
  const writes = isConda(entry)
    ? ''
    : `; \`npm run -s gatehouse -- approve ${entry}${range}\` writes it`;
  return `Add a line to packages.allow in policy.yaml, "- ${entry}${line}", by pull request${writes}.${licence}`;
}

function adviceOnRange({ entry, version }: About): string {
  const range = version === undefined ? '==VERSION' : `==${version.text}`;
  const writes = isConda(entry)
    ? ''
    : `; \`npm run -s gatehouse -- approve ${entry} "${range}"\` writes it`;
  return `Add a second entry to packages.allow, "- ${entry} ${range}"${writes}.`;
}

function isConda(entry: string): boolean {
  return entry.includes('::');
}

/** Up to the next major version; before version 1 up to the next minor one, which breaks as much there. */
function majorLine(version: ReleaseVersion): string {
  const [major = 0] = numbersOf(version).release;
  return major === 0 ? minorLine(version) : rangeOf(version, `${major}`, `${major + 1}`);
}

/** Narrow enough that an older version is among its newest. */
function minorLine(version: ReleaseVersion): string {
  const [major = 0, minor = 0] = numbersOf(version).release;
  return rangeOf(version, `${major}.${minor}`, `${major}.${minor + 1}`);
}

function rangeOf(version: ReleaseVersion, from: string, to: string): string {
  const { epoch } = numbersOf(version);
  const before = epoch === 0 ? '' : `${epoch}!`;
  return `>=${before}${from},<${before}${to}`;
}
