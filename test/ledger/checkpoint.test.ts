import { createPublicKey, verify } from 'node:crypto';

import { expect, test } from 'vitest';

import {
  createLedgerKey,
  isOrigin,
  parseLedgerKey,
  signCheckpoint,
  verifierKey,
} from '../../src/ledger/checkpoint.ts';
import { KEY, ORIGIN, seededRandom } from './samples.ts';

const ROOT = Buffer.alloc(32, 7);

test('a checkpoint is origin, size and root, and a signature line that the public key verifies', () => {
  const note = signCheckpoint(ORIGIN, { size: 42, root: ROOT }, KEY);
  const [body = '', signatures = ''] = note.split('\n\n');
  expect(body).toBe(`${ORIGIN}\n42\n${ROOT.toString('base64')}`);
  const [, signature = ''] = /^— ledger\.test\/one (\S+)\n$/.exec(signatures) ?? [];
  const bytes = Buffer.from(signature, 'base64');
  expect(bytes).toHaveLength(68);
  const [name, id, key] = verifierKey(ORIGIN, KEY.publicKey).split('+');
  expect([name, id]).toEqual([ORIGIN, bytes.subarray(0, 4).toString('hex')]);
  const x = Buffer.from(key ?? '', 'base64')
    .subarray(1)
    .toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  expect(verify(undefined, Buffer.from(`${body}\n`), publicKey, bytes.subarray(4))).toBe(true);
});

test('one tree head has one text', () => {
  const head = { size: 1, root: ROOT };
  expect(signCheckpoint(ORIGIN, head, KEY)).toBe(signCheckpoint(ORIGIN, head, KEY));
});

test('the public key is that of RFC 8032, section 7.1, test 1', () => {
  const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
  const key = parseLedgerKey(createLedgerKey(() => Buffer.from(seed, 'hex')));
  expect(Buffer.from(key.publicKey).toString('hex')).toBe(
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  );
});

test('a key survives the line feed of its file', () => {
  const text = createLedgerKey(seededRandom('key'));
  expect(parseLedgerKey(`${text}\n`).publicKey).toEqual(KEY.publicKey);
});

test.each([
  [''],
  ['gatehouse-ledger-key-1:'],
  [`gatehouse-ledger-key-2:${Buffer.alloc(32).toString('base64')}`],
  [`gatehouse-ledger-key-1:${Buffer.alloc(31).toString('base64')}`],
  [`gatehouse-ledger-key-1:${Buffer.alloc(32).toString('hex')}`],
])('what is no key is refused without quoting it: %j', (text) => {
  expect(() => parseLedgerKey(text)).toThrow(
    expect.objectContaining({
      code: 'invalid-setting',
      message: "the ledger's key is not: gatehouse-ledger-key-1: and 32 bytes in base64",
    }),
  );
});

test.each([
  ['ledger.test/one', true],
  ['a', true],
  ['', false],
  ['two words', false],
  ['a+b', false],
  ['a\nb', false],
  ['é', false],
  ['a'.repeat(201), false],
])('%j can be an origin: %s', (text, expected) => {
  expect(isOrigin(text)).toBe(expected);
});
