import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';

import { GatehouseError } from '../model/errors.ts';
import type { TreeHash } from './merkle.ts';

/** Gives that many random bytes; passed in, so that tests repeat. */
export type Random = (sizeBytes: number) => Uint8Array;

/** Signs the ledger. The seed itself stays inside. */
export interface LedgerKey {
  /** The 32 bytes of the Ed25519 public key. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** What a checkpoint states. */
export interface TreeHead {
  readonly size: number;
  readonly root: TreeHash;
}

/** The secret text of a new key, for `parseLedgerKey`. Keep it where only the service can read it. */
export function createLedgerKey(random: Random): string {
  return `${KEY_PREFIX}${Buffer.from(random(SEED_BYTES)).toString('base64')}`;
}

/** Reads the text of a key; throws `invalid-setting`, never quoting it. */
export function parseLedgerKey(text: string): LedgerKey {
  const encoded = text.trim().slice(KEY_PREFIX.length);
  const seed = Buffer.from(encoded, 'base64');
  if (
    !text.trim().startsWith(KEY_PREFIX) ||
    seed.length !== SEED_BYTES ||
    seed.toString('base64') !== encoded
  ) {
    throw new GatehouseError(
      'invalid-setting',
      `the ledger's key is not: ${KEY_PREFIX} and ${SEED_BYTES} bytes in base64`,
    );
  }
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x ?? '', 'base64url'),
    sign: (message) => sign(undefined, message, key),
  };
}

/** Whether a text can be the origin of a ledger: a name that a signed note can carry. */
export function isOrigin(text: string): boolean {
  return /^[!-*,-~]{1,200}$/.test(text);
}

/** The public key as `<origin>+<key id>+<key>`, which verifiers of signed notes take. */
export function verifierKey(origin: string, publicKey: Uint8Array): string {
  const id = keyId(origin, publicKey).toString('hex');
  return `${origin}+${id}+${typedKey(publicKey).toString('base64')}`;
}

/** The checkpoint as a C2SP signed note. Ed25519 is deterministic, so one tree head has one text. */
export function signCheckpoint(origin: string, head: TreeHead, key: LedgerKey): string {
  const body = `${origin}\n${head.size}\n${Buffer.from(head.root).toString('base64')}\n`;
  const signature = Buffer.concat([keyId(origin, key.publicKey), key.sign(Buffer.from(body))]);
  return `${body}\n\u2014 ${origin} ${signature.toString('base64')}\n`;
}

const KEY_PREFIX = 'gatehouse-ledger-key-1:';
const SEED_BYTES = 32;

/** RFC 8410 §7: what precedes the seed in the DER of an Ed25519 private key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** C2SP signed-note: the signature type of Ed25519. */
const ED25519 = 1;

function typedKey(publicKey: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(ED25519), publicKey]);
}

function keyId(origin: string, publicKey: Uint8Array): Buffer {
  const digest = createHash('sha256').update(`${origin}\n`).update(typedKey(publicKey)).digest();
  return digest.subarray(0, 4);
}
