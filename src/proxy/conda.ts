import type { FastifyInstance, FastifyReply } from 'fastify';

import { findCondaFile } from '../ecosystems/conda/filenames.ts';
import type { Refused } from '../mirror/open.ts';
import type { SourceId } from '../model/subject.ts';
import { recordAccess } from './access.ts';
import { answerArtifact, answerFailure, type AskedFile } from './artifacts.ts';
import { type CondaIndexes, createCondaIndexes } from './conda-index.ts';
import { type CondaPath, findCondaPath } from './conda-path.ts';
import { isKnownToCaller } from './conditional.ts';
import type { ServiceParts } from './parts.ts';
import { notFound, PAGE_NOT_YET, type Problem, sendProblem } from './problems.ts';
import { whyAddress } from './refusals.ts';
import { type PathRequest, serve } from './routes.ts';

/**
 * Channels as conda's clients read them (CEP 16, 26, 36): shards, flat indexes, files. What is not on the list of
 * indexes is 404, also where upstream has it: an index that nobody filtered would be a way around.
 */
export function serveConda(app: FastifyInstance, parts: ServiceParts): void {
  const house = { parts, indexes: createCondaIndexes(parts), logged: new WeakSet<Refused>() };
  for (const url of ['/conda/*', '/t/:token/conda/*']) {
    serve<'*'>(app, url, (request, reply) => answer({ ...house, request, reply }));
  }
}

interface Asked {
  readonly parts: ServiceParts;
  readonly indexes: CondaIndexes;
  readonly logged: WeakSet<Refused>;
  readonly request: PathRequest<'*'>;
  readonly reply: FastifyReply;
}

async function answer(asked: Asked): Promise<FastifyReply> {
  const { request, reply, parts } = asked;
  const segments = request.params['*'].split('/');
  if (isAmbiguous(request.raw.url ?? '', segments)) return sendProblem(reply, AMBIGUOUS);
  const path = findCondaPath(segments);
  if (path === undefined) return sendProblem(reply, NOTHING_HERE);
  const source = parts.mirror.conda.source(path.channel);
  if (source === undefined) return sendProblem(reply, noChannel(path.channel));
  const file = path.subdir === undefined ? undefined : findCondaFile(path.file);
  if (file === undefined) return answerIndex(asked, path, source);
  const filename = `${path.subdir}/${path.file}`;
  return answerFile(asked, { project: file.name, filename, source });
}

/** What a proxy in front may have read as another address than we would. */
function isAmbiguous(url: string, segments: readonly string[]): boolean {
  const isEncoded = /%(?:2f|5c)/i.test(url.split('?')[0] ?? '');
  return isEncoded || segments.some((segment) => /^\.{1,2}$|\\/.test(segment));
}

/** Labels share the files of a channel, so that the same gate answers for them. */
async function answerFile(
  { parts, logged, request, reply }: Asked,
  wanted: AskedFile['wanted'],
): Promise<FastifyReply> {
  const file: AskedFile = {
    parts,
    logged,
    request,
    reply,
    wanted,
    kind: 'file',
    absent: noFile(parts.publicUrl, wanted),
    open: (asked) => parts.mirror.conda.open(asked),
  };
  try {
    return await answerArtifact(file);
  } catch (error) {
    return answerFailure(file, error);
  }
}

async function answerIndex(asked: Asked, path: CondaPath, source: SourceId): Promise<FastifyReply> {
  const { parts, indexes, request, reply } = asked;
  if (path.label !== undefined) return sendProblem(reply, noLabel(path));
  const found = await indexes.find({ source, subdir: path.subdir, file: path.file });
  if (found === 'waiting') return sendProblem(reply, PAGE_NOT_YET);
  if (found === undefined) return sendProblem(reply, noIndex(path, await subdirsOf(parts, source)));
  const { etag, contentType, cacheControl, body } = found;
  reply.header('etag', etag).header('cache-control', cacheControl);
  const isKnown = isKnownToCaller(request.headers['if-none-match'], etag);
  recordAccess(parts, request, {
    kind: 'page',
    channel: source,
    filename: path.subdir === undefined ? path.file : `${path.subdir}/${path.file}`,
    status: isKnown ? 304 : 200,
    bytes: isKnown || request.method === 'HEAD' ? 0 : body.length,
  });
  if (isKnown) return reply.code(304).send();
  return reply.header('content-type', contentType).send(body);
}

const NOTHING_HERE = notFound(
  'nothing of a conda channel has this address: expected /conda/<channel>/<subdir>/<file>',
);

const AMBIGUOUS: Problem = {
  status: 400,
  title: 'The request cannot be understood',
  detail: 'expected an address without "..", backslashes and encoded slashes',
  code: 'invalid-request',
};

/** The package is approved, and this is none of its files. */
function noFile(publicUrl: string, { project, filename, source }: AskedFile['wanted']): Problem {
  const why = whyAddress(publicUrl, { ecosystem: 'conda', project });
  const detail = `${source}/${filename} is not known here: upstream does not list it, has listed it for less than an hour, or ${project} comes from another channel; see ${why} for what there is, and ask the owners of the policy for more`;
  return { ...notFound(detail), why };
}

function noChannel(channel: string): Problem {
  return notFound(
    `the policy has no channel ${JSON.stringify(channel.slice(0, 80))}; its owners can add a source of kind conda`,
  );
}

function noLabel({ channel, label }: CondaPath): Problem {
  return notFound(
    `the label ${JSON.stringify(label)} has no index of its own here: use the channel ${channel}, or ask for a source with the address of the label`,
  );
}

async function subdirsOf(parts: ServiceParts, source: SourceId): Promise<readonly string[]> {
  const channel = await parts.mirror.conda.channel(source);
  return channel === 'waiting' ? [] : channel.subdirs;
}

function noIndex({ channel, subdir, file }: CondaPath, subdirs: readonly string[]): Problem {
  const folder = subdir === undefined ? channel : `${channel}/${subdir}`;
  if (subdir === undefined || subdirs.length === 0 || subdirs.includes(subdir)) {
    return notFound(`${folder} has no ${JSON.stringify(file.slice(0, 80))} here`);
  }
  return notFound(
    `${folder} is not mirrored; declared here: ${subdirs.join(', ')} (targets.conda.subdirs in policy.yaml)`,
  );
}
