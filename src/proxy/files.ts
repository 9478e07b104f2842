import type { FastifyInstance, FastifyReply } from 'fastify';

import { isArtifactFilename } from '../ecosystems/pypi/filenames.ts';
import { isProjectName } from '../ecosystems/pypi/names.ts';
import type { Wanted } from '../mirror/open.ts';
import { isSha256 } from '../model/sha256.ts';
import {
  answerArtifact,
  answerFailure,
  answerOther,
  answerUnchanged,
  type AskedFile,
  BYTES,
  type FileDesk,
  NO_FILE,
  record,
  setImmutable,
} from './artifacts.ts';
import { isKnownToCaller } from './conditional.ts';
import type { ServiceParts } from './parts.ts';
import { sendProblem } from './problems.ts';
import { serve } from './routes.ts';

/** What is beside a file, by what its address ends with. */
const BESIDE = ['metadata', 'provenance'] as const;

/**
 * Artifacts, their METADATA and their attestations, each gated again at every request (DESIGN §5). The JSON API links
 * below `/packages`, as bandersnatch takes an address from no other folder.
 */
export function servePypiFiles(app: FastifyInstance, parts: ServiceParts): void {
  const desk: FileDesk = {
    parts,
    open: (wanted) => parts.mirror.open(wanted),
    logged: new WeakSet(),
  };
  serveFilesAt(app, '/pypi/files', desk);
  serveFilesAt(app, '/packages', desk);
}

function serveFilesAt(app: FastifyInstance, folder: string, desk: FileDesk): void {
  serve<'project' | 'sha256' | 'filename'>(
    app,
    `${folder}/:project/:sha256/:filename`,
    async (request, reply) => {
      const { filename: asked } = request.params;
      const kind = BESIDE.find((beside) => asked.endsWith(`.${beside}`)) ?? 'file';
      const filename = kind === 'file' ? asked : asked.slice(0, -`.${kind}`.length);
      const wanted = findWanted({ ...request.params, filename });
      if (wanted === undefined) return sendProblem(reply, NO_FILE);
      const file: Asked = { ...desk, request, reply, wanted, kind };
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

interface Asked extends AskedFile {
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

const PROVENANCE = 'application/vnd.pypi.integrity.v1+json';
