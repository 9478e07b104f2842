import { findLibraryLicenses } from '../../ecosystems/spdx/bundled-libraries.ts';
import {
  type LicenseExpression,
  parseLicenseExpression,
} from '../../ecosystems/spdx/expression.ts';
import { type LicenseReading, readDeclaredLicenses } from '../../ecosystems/spdx/worlds.ts';
import type { BundledComponent, LicenseText, WheelContents } from '../../model/contents.ts';
import { componentClarificationsFor } from '../../policy/select.ts';
import { listExpressions } from './license-words.ts';
import type { RuleInput } from './rule.ts';
import { quote } from './subject-words.ts';

/** What is known of the licence of something that an artifact bundles. */
export interface BundledClaim {
  /** As findings and clarifications name it. */
  readonly name: string;
  /** One of these is meant; empty: nobody says any. */
  readonly worlds: readonly LicenseExpression[];
  /** Where it was found, and who says its licence. */
  readonly evidence: string;
  /** An SBOM lists it as something that is not there. */
  readonly isOptional: boolean;
}

/** Reads the licence of each component: what a person has read, else what the wheel says, else what a table knows. */
export function claimComponents(
  input: RuleInput,
  { components = [], licenseTexts = [] }: WheelContents,
): readonly BundledClaim[] {
  return components.map((component) => {
    const { worlds, origin } =
      readClarified(input, component.name) ?? readComponent(component, licenseTexts);
    const version = component.version === undefined ? '' : ` ${component.version}`;
    const licenses = worlds.length === 0 ? 'no known licence' : listExpressions(worlds);
    return {
      name: component.name,
      worlds,
      evidence: `${quote(component.path)}: ${quote(`${component.name}${version}`)}: ${licenses} (${origin})`,
      isOptional: component.isOptional === true,
    };
  });
}

interface Told {
  readonly worlds: readonly LicenseExpression[];
  readonly origin: string;
}

/** What persons have read of a component or a licence text; two entries that differ are two worlds. */
export function readClarified(
  { policy, subject, name }: RuleInput,
  component: string,
): Told | undefined {
  const release = { project: subject.project, version: name?.version };
  const entries = componentClarificationsFor(policy, release, component);
  if (entries.length === 0) return undefined;
  const origin = `licenses.bundled.clarify: ${entries.map(({ reason }) => reason).join('; ')}`;
  return { worlds: entries.map(({ expression }) => expression), origin };
}

function readComponent(component: BundledComponent, texts: readonly LicenseText[]): Told {
  const { origin, name, version, declared } = component;
  const own = origin === 'vendored' ? textsOf(component, texts) : [];
  if (declared.length > 0 || own.length > 0) {
    const said = worldsOf(readDeclaredLicenses(declared, own));
    if (said.length > 0) return { worlds: said, origin: SAYS[origin] };
    if (declared.length > 0) return { worlds: [], origin: `it says ${quote(declared.join(', '))}` };
  }
  // A distribution of Python's has nothing to do with a library that is named alike.
  const known = origin === 'vendored' ? undefined : findLibraryLicenses(name, version);
  if (known === undefined) return { worlds: [], origin: SILENT[origin] };
  return { worlds: known.map(parseLicenseExpression), origin: 'table of libraries' };
}

const SAYS = { library: 'its bytes say so', vendored: 'its METADATA', sbom: 'SBOM' } as const;
const SILENT = {
  library: 'no table knows its name',
  vendored: 'its METADATA name none',
  sbom: 'the SBOM names none',
} as const;

function worldsOf(reading: LicenseReading): readonly LicenseExpression[] {
  if (reading.kind === 'worlds') return reading.worlds;
  if (reading.kind === 'text-conflict') return [...reading.declared, ...reading.texts];
  return reading.kind === 'conflict' ? [...reading.field, ...reading.classifiers] : [];
}

/** The licence texts beside the METADATA of a bundled distribution, as they would lie in a wheel of its own. */
function textsOf(
  { path }: BundledComponent,
  texts: readonly LicenseText[],
): readonly LicenseText[] {
  const folder = path.slice(0, path.lastIndexOf('/', path.lastIndexOf('/') - 1) + 1);
  const info = path.slice(0, path.lastIndexOf('/') + 1);
  return texts
    .filter((text) => text.path.startsWith(info))
    .map((text) => ({ ...text, path: text.path.slice(folder.length) }));
}
