import { CONTENTS_LISTED, type Sighting } from '../../../model/contents.ts';
import type { InspectedMember, Inspector, WheelLayout } from './inspector.ts';
import { findSecrets } from './secret-patterns.ts';

const MOST_BYTES = 2 * 1024 * 1024;
const TEXT =
  /\.(?:py|pyi|pyw|ipynb|json|ya?ml|toml|cfg|ini|conf|env|txt|md|rst|sh|pem|key|js|ts|html|xml)$/i;
const SOURCE = /\.pyw?$/i;
const LONG_LINE = 1024 * 1024;

/**
 * Finds what was left in texts by mistake (keys and tokens), and marks of code that hides what it does. Says where, and
 * never what. Does not see either in files over 2 MiB, in binaries, or in text that is encoded.
 */
export function inspectSourceMarks({ members }: WheelLayout): Inspector {
  const secrets: Sighting[] = [];
  const names = new Set(members.map(({ name }) => name));
  const obfuscation: Sighting[] = members
    .filter((member) => isBytecodeAlone(member, names))
    .map(({ name }) => ({ path: name, kind: 'bytecode-without-source' }));

  return {
    appetite: ({ name }) => (TEXT.test(name) || !name.includes('.') ? MOST_BYTES : 0),
    look({ name }, { head }) {
      const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
      if (!isForTests(name))
        for (const kind of findSecrets(text)) secrets.push({ path: name, kind });
      if (SOURCE.test(name)) {
        for (const kind of marksOf(text, name)) obfuscation.push({ path: name, kind });
      }
    },
    found: () => ({
      secrets: secrets.slice(0, CONTENTS_LISTED),
      obfuscation: obfuscation.slice(0, CONTENTS_LISTED),
    }),
  };
}

function isBytecodeAlone({ name }: InspectedMember, names: ReadonlySet<string>): boolean {
  const [, folder = '', module = ''] = /^(.*)__pycache__\/([^/.]+)\.[^/]*\.pyc$/.exec(name) ?? [];
  if (module !== '') return !names.has(`${folder}${module}.py`);
  return name.endsWith('.pyc') && !names.has(name.slice(0, -1));
}

/** Tests are full of keys that were made for them. */
function isForTests(name: string): boolean {
  return (
    /(?:^|\/)(?:_?tests?|testing|test_?data|fixtures|examples?)\//i.test(name) ||
    /(?:^|\/)test_[^/]*$/.test(name)
  );
}

// The UTF-8 bytes of the controls that reorder text (U+202A–E, U+2066–9), as Latin-1 shows them.
const BIDI = /\u00e2\u0080[\u00aa-\u00ae]|\u00e2\u0081[\u00a6-\u00a9]/;

const PYARMOR =
  /\b__pyarmor__\s*\(|\bfrom pytransform import pyarmor_runtime|\bpyarmor_runtime_\d{6}\b/;

function marksOf(source: string, name: string): readonly string[] {
  const marks: string[] = [];
  if (PYARMOR.test(source)) marks.push('pyarmor');
  if (/^from sourcedefender|#\s*---BEGIN PYE FILE---/m.test(source)) marks.push('sourcedefender');
  if (
    /\b(?:exec|eval)\s*\(\s*(?:\w+\.)*(?:b64decode|decompress|loads|fromhex|unhexlify)\s*\(/.test(
      source,
    )
  )
    marks.push('runs-decoded-text');
  if (BIDI.test(source) && !isForTests(name)) marks.push('reordered-text');
  if (source.length > LONG_LINE && source.split('\n').some((line) => line.length > LONG_LINE))
    marks.push('very-long-line');
  return marks;
}
