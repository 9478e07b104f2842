import deprecatedExceptions from 'spdx-exceptions/deprecated.json' with { type: 'json' };
import exceptions from 'spdx-exceptions/index.json' with { type: 'json' };
import deprecatedLicenses from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import licenses from 'spdx-license-ids/index.json' with { type: 'json' };

/** What one licence identifier stands for, in the spelling of the SPDX list. */
export interface LicenseIdentifier {
  readonly id: string;
  /** The exception that a deprecated identifier implies. */
  readonly exception?: string;
  /** The identifier was written in a deprecated form that `id` replaces. */
  readonly replaced: boolean;
}

// The list's own replacements (`obsoletedBy`). Where it leaves open which of -only and -or-later is meant,
// -only: it permits less, so it never approves more than the author gave. Net-SNMP, a stack of eight
// licences, has no replacement and stays as it is.
const REPLACEMENTS: Readonly<Record<string, string>> = {
  'AGPL-1.0': 'AGPL-1.0-only',
  'AGPL-3.0': 'AGPL-3.0-only',
  'BSD-2-Clause-FreeBSD': 'BSD-2-Clause-Views',
  'BSD-2-Clause-NetBSD': 'BSD-2-Clause',
  'GFDL-1.1': 'GFDL-1.1-only',
  'GFDL-1.2': 'GFDL-1.2-only',
  'GFDL-1.3': 'GFDL-1.3-only',
  'GPL-1.0': 'GPL-1.0-only',
  'GPL-2.0': 'GPL-2.0-only',
  'GPL-2.0-with-GCC-exception': 'GPL-2.0-only WITH GCC-exception-2.0',
  'GPL-2.0-with-autoconf-exception': 'GPL-2.0-only WITH Autoconf-exception-2.0',
  'GPL-2.0-with-bison-exception': 'GPL-2.0-only WITH Bison-exception-2.2',
  'GPL-2.0-with-classpath-exception': 'GPL-2.0-only WITH Classpath-exception-2.0',
  'GPL-2.0-with-font-exception': 'GPL-2.0-only WITH Font-exception-2.0',
  'GPL-3.0': 'GPL-3.0-only',
  'GPL-3.0-with-GCC-exception': 'GPL-3.0-only WITH GCC-exception-3.1',
  'GPL-3.0-with-autoconf-exception': 'GPL-3.0-only WITH Autoconf-exception-3.0',
  'LGPL-2.0': 'LGPL-2.0-only',
  'LGPL-2.1': 'LGPL-2.1-only',
  'LGPL-3.0': 'LGPL-3.0-only',
  'Net-SNMP': 'Net-SNMP',
  Nunit: 'zlib-acknowledgement',
  'StandardML-NJ': 'SMLNJ',
  'bzip2-1.0.5': 'bzip2-1.0.6',
  'eCos-2.0': 'GPL-2.0-or-later WITH eCos-exception-2.0',
  wxWindows: 'GPL-2.0-or-later WITH WxWindows-exception-3.1',
};

const LICENSES = new Map<string, LicenseIdentifier>([
  ...licenses.map((id) => [id.toLowerCase(), { id, replaced: false }] as const),
  ...deprecatedLicenses.map((id) => [id.toLowerCase(), replacementOf(id)] as const),
]);

const EXCEPTIONS = new Map(
  [...exceptions, ...deprecatedExceptions].map((id) => [id.toLowerCase(), id]),
);

/** Every identifier of the list that is not deprecated, in its spelling. */
export const LICENSE_IDENTIFIERS: readonly string[] = licenses;

// SPDX 2.3 annex D: idstring. Letters and digits are ASCII's.
const REFERENCE = /^(?:documentref-([a-z0-9.-]+):)?licenseref-([a-z0-9.-]+)$/i;

/** The licence that an identifier of the SPDX list, in any case, or a `LicenseRef-` names. */
export function findLicenseIdentifier(text: string): LicenseIdentifier | undefined {
  // Some characters outside ASCII have an ASCII lower case (the Kelvin sign); no identifier has them.
  if (!/^[\x21-\x7e]+$/.test(text)) return undefined;
  return LICENSES.get(text.toLowerCase()) ?? findReference(text);
}

/** The exception that an identifier of the SPDX list, in any case, names, in the list's spelling. */
export function findExceptionIdentifier(text: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(text) ? EXCEPTIONS.get(text.toLowerCase()) : undefined;
}

/** Whether an id is one that this project or its author defined: the SPDX list says nothing of it. */
export function isLicenseReference(id: string): boolean {
  return REFERENCE.test(id);
}

function findReference(text: string): LicenseIdentifier | undefined {
  const [, document, license] = REFERENCE.exec(text) ?? [];
  if (license === undefined) return undefined;
  const prefix = document === undefined ? '' : `DocumentRef-${document}:`;
  return { id: `${prefix}LicenseRef-${license}`, replaced: false };
}

function replacementOf(deprecated: string): LicenseIdentifier {
  const [id = deprecated, exception] = (REPLACEMENTS[deprecated] ?? deprecated).split(' WITH ');
  return exception === undefined ? { id, replaced: true } : { id, exception, replaced: true };
}
