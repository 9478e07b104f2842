import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { isArtifactFilename } from '../ecosystems/pypi/filenames.ts';
import { isProjectName } from '../ecosystems/pypi/names.ts';
import type { Opened, Refused, Wanted } from '../mirror/open.ts';
import { isSha256 } from '../model/sha256.ts';
import { type Served, recordAccess } from './access.ts';
import { type ByteSpan, findByteRange } from './byte-range.ts';
import { isKnownToCaller } from './conditional.ts';
import type { ServiceParts } from './parts.ts';
import { type Problem, notFound, notYet, problemOf, sendProblem } from './problems.ts';
import { decidingFinding, sendRefusal } from './refusals.ts';
import { serve } from './routes.ts';
import { startFlow } from './send-body.ts';

/** What is beside a file, by what its address ends with. */
const BESIDE = ['metadata', 'provenance'] as const;

/**
 * Artifacts, their METADATA and their attestations, each gated again at every request (DESIGN §5). The JSON API links
 * below `/packages`, as bandersnatch takes an address from no other folder.
 */
export function servePypiFiles(app: FastifyInstance, parts: ServiceParts): void {
  const house: House = { parts, logged: new WeakSet() };
  serveFilesAt(app, '/pypi/files', house);
  serveFilesAt(app, '/packages', house);
}

interface House {
  readonly parts: ServiceParts;
  /** Refusals that the log has. */
  readonly logged: WeakSet<Refused>;
}

function serveFilesAt(app: FastifyInstance, folder: string, house: House): void {
  serve<'project' | 'sha256' | 'filename'>(
    app,
    `${folder}/:project/:sha256/:filename`,
    async (request, reply) => {
      const { filename: asked } = request.params;
      const kind = BESIDE.find((beside) => asked.endsWith(`.${beside}`)) ?? 'file';
      const filename = kind === 'file' ? asked : asked.slice(0, -`.${kind}`.length);
      const wanted = findWanted({ ...request.params, filename });
      if (wanted === undefined) return sendProblem(reply, NOTHING_HERE);
      const file: Asked = { ...house, request, reply, wanted, kind };
      try {
        return await ANSWERS[kind](file);
      } catch (error) {
        return answerFailure(file, error);
      }
    },
  );
}

const ANSWERS: Readonly<Record<Asked['kind'], (asked: Asked) => Promise<FastifyReply>>> = {
  file: answerArtifact,
  metadata: answerMetadata,
  provenance: answerProvenance,
};

const NOTHING_HERE = notFound('no file has this address');

/** Absent: no page of this mirror could ever link to it, so nobody needs to be asked. */
function findWanted(params: {
  readonly project: string;
  readonly sha256: string;
  readonly filename: string;
}): Wanted | undefined {
  const { project, sha256, filename } = params;
  if (!isProjectName(project) || !isSha256(sha256) || !isArtifactFilename(filename))
    return undefined;
  return { project, sha256, filename };
}

interface Asked extends House {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly wanted: Wanted;
  readonly kind: 'file' | (typeof BESIDE)[number];
}

async function answerMetadata(asked: Asked): Promise<FastifyReply> {
  const { parts, request, reply } = asked;
  const opened = await parts.mirror.openMetadata(asked.wanted);
  if (opened.kind !== 'metadata') return answerOther(asked, opened);
  const etag = `"${opened.sha256}"`;
  setImmutable(reply, etag);
  if (isKnownToCaller(request.headers['if-none-match'], etag)) return answerUnchanged(asked);
  record(asked, { status: 200, bytes: request.method === 'HEAD' ? 0 : opened.content.length });
  return reply.header('content-type', BYTES).send(Buffer.from(opened.content));
}

/** A later admission of the same bytes may come with more, so that it is asked for again where it matters. */
async function answerProvenance(asked: Asked): Promise<FastifyReply> {
  const { parts, request, reply } = asked;
  const opened = await parts.mirror.openProvenance(asked.wanted);
  if (opened.kind !== 'provenance') return answerOther(asked, opened);
  const etag = `"${opened.sha256}"`;
  reply.header('etag', etag).header('cache-control', 'private, max-age=600');
  if (isKnownToCaller(request.headers['if-none-match'], etag)) return answerUnchanged(asked);
  record(asked, { status: 200, bytes: request.method === 'HEAD' ? 0 : opened.content.length });
  return reply.header('content-type', PROVENANCE).send(Buffer.from(opened.content));
}

async function answerArtifact(asked: Asked): Promise<FastifyReply> {
  const { parts, request, reply, wanted } = asked;
  const opened = await parts.mirror.open(wanted);
  if (opened.kind !== 'approved') return answerOther(asked, opened);
  const etag = `"${wanted.sha256}"`;
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

type Approved = Extract<Opened, { readonly kind: 'approved' }>;

async function sendArtifact(
  asked: Asked,
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
function answerHead(asked: Asked, sizeBytes: number | undefined): FastifyReply {
  if (sizeBytes !== undefined) asked.reply.header('content-length', sizeBytes);
  record(asked, { status: 200, bytes: 0 });
  return asked.reply.send();
}

function answerUnchanged(asked: Asked): FastifyReply {
  record(asked, { status: 304, bytes: 0 });
  return asked.reply.code(304).send();
}

function answerUnsatisfiable(asked: Asked, sizeBytes: number): FastifyReply {
  asked.reply.header('content-range', `bytes */${sizeBytes}`);
  return answerProblem(asked, {
    status: 416,
    title: 'Range not satisfiable',
    detail: `the artifact has ${sizeBytes} bytes, none of them in the range asked for`,
    code: 'invalid-request',
  });
}

function answerOther(
  asked: Asked,
  opened: Refused | { readonly kind: 'absent' | 'waiting' },
): FastifyReply {
  if (opened.kind === 'refused') return answerRefusal(asked, opened);
  return answerProblem(asked, opened.kind === 'absent' ? NOTHING_HERE : NOT_YET);
}

const NOT_YET = notYet(
  'whether this file is approved is not known yet; ask again in a few seconds',
);

function answerRefusal(asked: Asked, refused: Refused): FastifyReply {
  record(asked, { status: 403, bytes: 0 });
  logOnce(asked, refused);
  return sendRefusal(asked.reply, asked.parts.publicUrl, refused);
}

/** Whoever repeats a question is given the same object; the access log has every answer. */
function logOnce({ parts, logged, wanted }: Asked, refused: Refused): void {
  if (logged.has(refused)) return;
  logged.add(refused);
  parts.log.info({ ...wanted, code: decidingFinding(refused.findings)?.code }, 'artifact refused');
}

/** Fetching it may have shown that its contents are refused: then the gate knows why by now. */
async function answerFailure(asked: Asked, error: unknown): Promise<FastifyReply> {
  const { parts, reply, wanted } = asked;
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  const again = await parts.mirror.open(wanted).catch(() => undefined);
  if (again?.kind === 'refused') return answerRefusal(asked, again);
  const problem = problemOf(error);
  parts.log.warn({ ...wanted, code: problem.code, err: error }, 'artifact not served');
  return answerProblem(asked, problem);
}

function answerProblem(asked: Asked, problem: Problem): FastifyReply {
  record(asked, { status: problem.status, bytes: 0 });
  return sendProblem(asked.reply, problem);
}

const BYTES = 'application/octet-stream';
const PROVENANCE = 'application/vnd.pypi.integrity.v1+json';

/** The address names the digest, so the bytes behind it never change. */
function setImmutable(reply: FastifyReply, etag: string): FastifyReply {
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

function record(
  { parts, request, wanted, kind }: Asked,
  served: Pick<Served, 'status' | 'bytes' | 'cut'>,
): void {
  recordAccess(parts, request, { kind, ...wanted, ...served });
}
