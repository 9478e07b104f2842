import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';

import { parseArtifactFilename } from '../../src/ecosystems/pypi/filenames.ts';
import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import type { Explanation } from '../../src/mirror/explain.ts';
import type { Body, Opened } from '../../src/mirror/open.ts';
import type { ViewEntry } from '../../src/mirror/view.ts';
import type { Finding } from '../../src/model/decision.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import type { AccessLine } from '../../src/proxy/parts.ts';
import { createServer } from '../../src/proxy/server.ts';
import { createFakeMirror, type FakeAnswers, type FakeMirror } from '../fakes/mirror.ts';

export const PUBLIC_URL = 'https://gate.test/mirror';
export const HASH = parseSha256('ab'.repeat(32));
export const FOO = parseProjectName('foo');
export const WHEEL = 'foo-1.0-py3-none-any.whl';
export const FILE_PATH = `/pypi/files/foo/${HASH}/${WHEEL}`;

/** 2026-03-01T12:00:00Z, where every test begins. */
export const START = Date.UTC(2026, 2, 1, 12);

export const DENIED: Finding = {
  code: 'license/not-allowed',
  verdict: 'deny',
  effect: 'deny',
  message: 'foo 2.0 has the licence GPL-3.0-only, which licenses.allow lacks',
  policy: { file: 'policy.yaml', line: 12, column: 7 },
};

/** Why foo 2.0 is refused. */
export const EXPLANATION: Explanation = {
  ecosystem: 'pypi',
  project: FOO,
  version: '2.0',
  verdict: 'deny',
  basis: 'metadata',
  findings: [DENIED],
  artifacts: [
    {
      filename: parseArtifactFilename(WHEEL),
      sha256: HASH,
      version: '2.0',
      verdict: 'deny',
      basis: 'metadata',
      findings: [DENIED],
      admitted: false,
      targets: ['3.12/manylinux_2_28_x86_64'],
    },
  ],
  nearestApproved: '1.4',
  nearestTargets: ['3.12', '3.11', '3.13'].map((python) => `${python}/manylinux_2_28_x86_64`),
  advice: ['Ask the owners of policy.yaml for an entry in licenses.grants.'],
  policy: HASH,
};

export interface House extends FakeMirror {
  readonly app: FastifyInstance;
  readonly lines: AccessLine[];
  readonly log: Record<string, unknown>[];
  /** The same lines as they are written. */
  readonly logText: string[];
  readonly time: { now: number };
}

/** The service on a fake mirror. */
export function openHouse(
  answers: Partial<FakeAnswers> = {},
  settings: { readonly pageCacheBytes?: number; readonly publicUrl?: string } = {},
): House {
  const fake = createFakeMirror(answers);
  const lines: AccessLine[] = [];
  const log: Record<string, unknown>[] = [];
  const logText: string[] = [];
  const time = { now: START };
  function keep(text: string): void {
    log.push(JSON.parse(text));
    logText.push(text);
  }
  const app = createServer({
    mirror: fake.mirror,
    record: (line) => void lines.push(line),
    clock: () => time.now,
    log: pino({ level: 'trace' }, { write: keep }),
    publicUrl: PUBLIC_URL,
    policyProblems: () => ['policy.yaml:3:1: unknown key: licences'],
    ...settings,
  });
  return { ...fake, app, lines, log, logText, time };
}

/** An approved entry of foo's page, with what a test changes. */
export function entry(
  changes: Partial<Omit<ViewEntry, 'filename'>> & { readonly filename?: string } = {},
): ViewEntry {
  return {
    kind: 'approved',
    sha256: HASH,
    version: '1.0',
    sizeBytes: 12,
    findings: [],
    ...changes,
    filename: parseArtifactFilename(changes.filename ?? WHEEL),
  };
}

/** An approved artifact with this content, whose body counts how often it was disposed of. */
export function approved(
  content: string | Buffer,
  disposed: { count: number } = { count: 0 },
): Opened {
  const whole = Buffer.from(content);
  return {
    kind: 'approved',
    sizeBytes: whole.length,
    uploadTime: '2024-06-16T12:00:00.123456Z',
    bytes: async (range) =>
      bodyOf(whole.length, [whole.subarray(range?.start ?? 0, range?.end)], disposed),
  };
}

export function bodyOf(
  sizeBytes: number,
  stream: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  disposed: { count: number } = { count: 0 },
): Body {
  return {
    sizeBytes,
    stream: (async function* () {
      yield* stream;
    })(),
    async [Symbol.asyncDispose]() {
      disposed.count += 1;
    },
  };
}
