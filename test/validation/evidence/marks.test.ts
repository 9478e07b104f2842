import { describe, expect, test } from 'vitest';

import { buildWheel } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

function contents(extraMembers: Readonly<Record<string, Uint8Array | string>>) {
  return contentsOf(buildWheel({ name: 'frog', version: '1.0', extraMembers }));
}

// In pieces, so that nothing here looks like a secret to what scans this repository.
const BEGIN = ['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ');
const KEY = `${BEGIN}\n${'MIIB'.repeat(80)}\n-----END PRIVATE KEY-----\n`;
const AWS = `AKIA${'ABCDEFGH'.repeat(2)}\nsecret = "${'a1B2'.repeat(10)}"\n`;

describe('secrets', () => {
  test.each([
    ['private-key', KEY],
    ['aws-secret-key', AWS],
    ['github-token', `x = "ghp_${'a1B2'.repeat(9)}"`],
    ['pypi-token', `pypi-AgEIcHlwaS5vcmc${'a1B2'.repeat(15)}`],
    ['hugging-face-token', `hf_${'abCD'.repeat(8)}ab`],
    [
      'google-service-account',
      `{"type": "service_account", "private_key": "${BEGIN}\\n${'MIIB'.repeat(60)}"}`,
    ],
  ])('%s is found, and not kept', async (kind, text) => {
    const { secrets } = await contents({ 'frog/settings.py': text });
    expect(secrets?.map((found) => found.kind)).toContain(kind);
    expect(JSON.stringify(secrets)).not.toContain('a1B2');
  });

  test.each([
    ['frog/doc.md', `${BEGIN}\n...\n-----END PRIVATE KEY-----`],
    ['frog/tests/keys.py', KEY],
    ['frog/cert.pem', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'],
    [
      'frog/example.py',
      `AKIAIOSFODNN7EXAMPLE\nsecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"`,
    ],
    ['frog/picture.png', KEY],
  ])('%s holds none', async (path, text) => {
    expect((await contents({ [path]: text })).secrets).toEqual([]);
  });
});

describe('obfuscation', () => {
  test.each([
    ['pyarmor', { 'frog/a.py': 'from pytransform import pyarmor_runtime\n' }],
    ['pyarmor', { 'frog/a.py': '__pyarmor__(__name__, __file__, b"x")\n' }],
    ['sourcedefender', { 'frog/a.py': 'from sourcedefender import x\n' }],
    ['runs-decoded-text', { 'frog/a.py': 'import base64\nexec(base64.b64decode("aWQ="))\n' }],
    ['runs-decoded-text', { 'frog/a.py': 'eval(zlib.decompress (b"x"))\n' }],
    ['reordered-text', { 'frog/a.py': 'x = "\u202e evil"\n' }],
    ['very-long-line', { 'frog/a.py': `x = "${'a'.repeat(1_100_000)}"\n` }],
    ['bytecode-without-source', { 'frog/hidden.pyc': 'x' }],
    ['bytecode-without-source', { 'frog/__pycache__/hidden.cpython-312.pyc': 'x' }],
  ])('%s is found', async (kind, members) => {
    const { obfuscation } = await contents(members);
    expect(obfuscation?.map((found) => found.kind)).toEqual([kind]);
  });

  test.each([
    [{ 'frog/a.py': 'import pytransform3d\nevaluate(decompress_later)\n' }],
    [{ 'frog/a.py': '', 'frog/a.pyc': 'x', 'frog/__pycache__/a.cpython-312.pyc': 'x' }],
    [{ 'frog/tests/naughty.py': 'x = "\u202e"\n' }],
    [{ 'frog/table.json': 'x'.repeat(1_100_000) }],
  ])('an honest wheel has none (%#)', async (members) => {
    expect((await contents(members)).obfuscation).toEqual([]);
  });
});
