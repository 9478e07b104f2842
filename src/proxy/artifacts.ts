import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Opened, Refused, Wanted } from '../mirror/open.ts';
import { type Served, recordAccess } from './access.ts';
import { type ByteSpan, findByteRange } from './byte-range.ts';
import { isKnownToCaller } from './conditional.ts';
import type { ServiceParts } from './parts.ts';
import { type Problem, notFound, notYet, problemOf, sendProblem } from './problems.ts';
import { decidingFinding, sendRefusal } from './refusals.ts';
import { startFlow } from './send-body.ts';

/** What answers for the files of one surface. */
export interface FileDesk {
  readonly parts: ServiceParts;
  /** The gate and what is behind it. */
  open(wanted: Wanted): Promise<Opened>;
  /** Refusals that the log has. */
  readonly logged: WeakSet<Refused>;
}

/** A request for a file, or for what is beside it. */
export interface AskedFile extends FileDesk {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly wanted: Wanted;
  readonly kind: Served['kind'];
  /** What to say where nothing of this name is known; absent: `NO_FILE`. */
  readonly absent?: Problem;
}

/** Nothing of this name is known. */
export const NO_FILE: Problem = notFound('no file has this address');

export const BYTES = 'application/octet-stream';

/** Answers with an artifact, gated again at every request (DESIGN §5): whole, a range of it, or only its headers. */
export async function answerArtifact(question: AskedFile): Promise<FastifyReply> {
  const { request, reply } = question;
  const opened = await question.open(question.wanted);
  if (opened.kind !== 'approved') return answerOther(question, opened);
  const asked = withDigest(question, opened);
  const etag = `"${asked.wanted.sha256}"`;
  const modified = lastModified(opened);
  setImmutable(reply, etag).header('accept-ranges', 'bytes');
  if (modified !== undefined) reply.header('last-modified', modified);
  if (isKnownToCaller(request.headers['if-none-match'], etag)) return answerUnchanged(asked);
  reply.header('content-type', BYTES);
  if (request.method === 'HEAD') return answerHead(asked, opened.sizeBytes);
  const range = rangeOf(request, { etag, modified, sizeBytes: opened.sizeBytes });
  if (range === 'unsatisfiable') return answerUnsatisfiable(asked, opened.sizeBytes ?? 0);
  return sendArtifact(asked, opened, range);
}

/** An address that does not name the digest, as those of conda, is of one file all the same. */
function withDigest(asked: AskedFile, { sha256 }: Approved): AskedFile {
  return sha256 === undefined ? asked : { ...asked, wanted: { ...asked.wanted, sha256 } };
}

type Approved = Extract<Opened, { readonly kind: 'approved' }>;

async function sendArtifact(
  asked: AskedFile,
  opened: Approved,
  range: ByteSpan | undefined,
): Promise<FastifyReply> {
  const { parts, reply, wanted } = asked;
  const silentSince = performance.now();
  const body = await opened.bytes(range);
  const flow = await startFlow(body, reply.raw, silentSince);
  const length = range === undefined ? body.sizeBytes : range.end - range.start;
  const status = range === undefined ? 200 : 206;
  if (range !== undefined) {
    reply.header('content-range', `bytes ${range.start}-${range.end - 1}/${body.sizeBytes}`);
  }
  reply.header('content-length', length);
  writeHead(reply, status);
  const sent = await flow.send(length);
  record(asked, { status, bytes: sent.bytes, ...(sent.end === 'whole' ? {} : { cut: true }) });
  if (sent.end === 'failed') {
    parts.log.warn({ ...wanted, bytes: sent.bytes, err: sent.error }, 'artifact cut off');
  }
  return reply;
}

/** Takes the answer over from fastify, which has no way to send headers before there are bytes. */
function writeHead(reply: FastifyReply, status: number): void {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.raw.writeHead(status).flushHeaders();
}

/** HEAD is answered from the record: nothing is fetched for it. */
function answerHead(asked: AskedFile, sizeBytes: number | undefined): FastifyReply {
  if (sizeBytes !== undefined) asked.reply.header('content-length', sizeBytes);
  record(asked, { status: 200, bytes: 0 });
  return asked.reply.send();
}

export function answerUnchanged(asked: AskedFile): FastifyReply {
  record(asked, { status: 304, bytes: 0 });
  return asked.reply.code(304).send();
}

function answerUnsatisfiable(asked: AskedFile, sizeBytes: number): FastifyReply {
  asked.reply.header('content-range', `bytes */${sizeBytes}`);
  return answerProblem(asked, {
    status: 416,
    title: 'Range not satisfiable',
    detail: `the artifact has ${sizeBytes} bytes, none of them in the range asked for`,
    code: 'invalid-request',
  });
}

export function answerOther(
  asked: AskedFile,
  opened: Refused | { readonly kind: 'absent' | 'waiting' },
): FastifyReply {
  if (opened.kind === 'refused') return answerRefusal(asked, opened);
  return answerProblem(asked, opened.kind === 'absent' ? (asked.absent ?? NO_FILE) : NOT_YET);
}

const NOT_YET = notYet(
  'whether this file is approved is not known yet; ask again in a few seconds',
);

function answerRefusal(asked: AskedFile, refused: Refused): FastifyReply {
  record(asked, { status: 403, bytes: 0 });
  logOnce(asked, refused);
  return sendRefusal(asked.reply, asked.parts.publicUrl, refused);
}

/** Whoever repeats a question is given the same object; the access log has every answer. */
function logOnce({ parts, logged, wanted }: AskedFile, refused: Refused): void {
  if (logged.has(refused)) return;
  logged.add(refused);
  parts.log.info({ ...wanted, code: decidingFinding(refused.findings)?.code }, 'artifact refused');
}

/** Fetching it may have shown that its contents are refused: then the gate knows why by now. */
export async function answerFailure(asked: AskedFile, error: unknown): Promise<FastifyReply> {
  const { parts, reply, wanted } = asked;
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  const again = await asked.open(wanted).catch(() => undefined);
  if (again?.kind === 'refused') return answerRefusal(asked, again);
  const problem = problemOf(error);
  parts.log.warn({ ...wanted, code: problem.code, err: error }, 'artifact not served');
  return answerProblem(asked, problem);
}

function answerProblem(asked: AskedFile, problem: Problem): FastifyReply {
  record(asked, { status: problem.status, bytes: 0 });
  return sendProblem(asked.reply, problem);
}

/** The address names the digest, so the bytes behind it never change. */
export function setImmutable(reply: FastifyReply, etag: string): FastifyReply {
  return reply.header('etag', etag).header('cache-control', 'private, max-age=31536000, immutable');
}

function lastModified({ uploadTime }: Approved): string | undefined {
  const time = uploadTime === undefined ? Number.NaN : Date.parse(uploadTime);
  return Number.isNaN(time) ? undefined : new Date(time).toUTCString();
}

interface Known {
  readonly etag: string;
  readonly modified: string | undefined;
  readonly sizeBytes: number | undefined;
}

/** A range of another version than the caller has (`If-Range`), or of unknown length, is not one. */
function rangeOf(
  request: FastifyRequest,
  { etag, modified, sizeBytes }: Known,
): ByteSpan | 'unsatisfiable' | undefined {
  const ifRange = request.headers['if-range'];
  const holds = ifRange === undefined || ifRange === etag || ifRange === modified;
  return holds && sizeBytes !== undefined
    ? findByteRange(request.headers.range, sizeBytes)
    : undefined;
}

export function record(
  { parts, request, wanted, kind }: AskedFile,
  served: Pick<Served, 'status' | 'bytes' | 'cut'>,
): void {
  const { source, ...file } = wanted;
  const channel = source === undefined ? {} : { channel: source };
  recordAccess(parts, request, { kind, ...channel, ...file, ...served });
}
