import { CLIENTS } from './clients.ts';

/** Sections of a policy that a case sets otherwise than `policyFor`. */
export interface PolicyParts {
  readonly sources?: string;
  /** Entries of `packages.deny`, each a YAML flow mapping or a short entry. */
  readonly deny?: readonly string[];
  readonly versions?: string;
  /** Default: MIT only. */
  readonly licenses?: readonly string[];
}

/** A policy that approves these lines for the Pythons of the clients on this machine. */
export function policyFor(allow: readonly string[], parts: PolicyParts = {}): string {
  const pythons = [...new Set(CLIENTS.map(({ pythonVersion }) => `"${pythonVersion}"`))].join(', ');
  const platform = `manylinux_2_28_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`;
  return `version: 1
sources: ${parts.sources ?? '{ pypi: { kind: pypi } }'}
targets: { python: [${pythons}], platforms: [${platform}] }
packages:
  # What the tests ask for.
  allow:
${allow.map((line) => `    - ${line}\n`).join('')}  deny: [${(parts.deny ?? []).join(', ')}]
licenses: { allow: [${(parts.licenses ?? ['MIT']).join(', ')}] }
versions: { ${parts.versions ?? 'keep: 5'} }
dependencies: { closure: follow, direct-urls: deny }
`;
}
