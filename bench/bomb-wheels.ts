import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';

import type { FakeArtifact } from '../test/fakes/pages.ts';
import { noise } from '../test/fixtures/wheels.ts';
import { buildZip, type FixtureMember } from '../test/fixtures/zip.ts';

const MIB = 1024 ** 2;
const HUGE_BYTES = 256 * MIB;
/** An archive may inflate 50 times: this much noise carries a GiB of zeros. */
const NOISE_BYTES = 22 * MIB;
const MEMBERS = 60_000;
/** The most that an inspector asks for of one file. */
const PICKLE_BYTES = 32 * MIB;

/** Wheels that make whoever reads them work for seconds, each within every limit of an archive. */
export type BombKind = 'inflating' | 'members' | 'pickle';

/** Makes one; other versions are other bytes. */
export function buildBomb(kind: BombKind, version: string): FakeArtifact {
  const metadata = Buffer.from(
    `Metadata-Version: 2.4\nName: bomb\nVersion: ${version}\nLicense-Expression: BSD-3-Clause\n`,
  );
  const info = `bomb-${version}.dist-info`;
  const bytes = buildZip([
    ...PAYLOADS[kind](),
    { name: `${info}/METADATA`, content: metadata },
    {
      name: `${info}/WHEEL`,
      content: 'Wheel-Version: 1.0\nGenerator: bomb\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    },
    { name: `${info}/RECORD`, content: `${info}/RECORD,,\n` },
  ]);
  return { filename: `bomb-${version}-py3-none-any.whl`, project: 'bomb', bytes, metadata };
}

const PAYLOADS: Readonly<Record<BombKind, () => readonly FixtureMember[]>> = {
  inflating: once(() => {
    const content = Buffer.alloc(HUGE_BYTES);
    const packed = deflateRawSync(content);
    const lies = { crc: crc32(content), unpackedBytes: HUGE_BYTES, method: 8 };
    const huge = ['a', 'b', 'c', 'd'].map((name) => ({ name: `bomb/${name}.bin`, packed, lies }));
    return [...huge, { name: 'bomb/noise.bin', content: noise(NOISE_BYTES), stored: true }];
  }),
  members: once(() =>
    Array.from({ length: MEMBERS }, (_, index) => ({
      name: `bomb/${digits(index).replaceAll(/./g, '$&/')}module${index}.py`,
      content: `value = ${index}\n`,
      stored: true,
    })),
  ),
  pickle: once(() => {
    // Protocol 4, then None and POP again and again.
    const content = Buffer.alloc(PICKLE_BYTES - 1, 'N0').fill('\u0080\u0004', 0, 2, 'latin1');
    return ['one', 'two'].map((name) => ({ name: `bomb/${name}.pkl`, content }));
  }),
};

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

function digits(index: number): string {
  return createHash('sha256').update(`${index}`).digest('hex').slice(0, 12);
}
