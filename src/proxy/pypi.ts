import type { FastifyInstance, FastifyReply } from 'fastify';

import { findProjectName } from '../ecosystems/pypi/names.ts';
import { type AskedPage, answerPage } from './answer-page.ts';
import { chooseVariant } from './negotiation.ts';
import type { Drawing, PageCache } from './page-cache.ts';
import { drawProject, drawRoot } from './pages.ts';
import type { ServiceParts } from './parts.ts';
import { type Problem, NO_SUCH_NAME, PAGE_NOT_YET, sendProblem } from './problems.ts';
import { redirect, serve } from './routes.ts';

/** The page that lists all projects, among those that are kept; no project has this name. */
const ROOT = '';

/** The simple repository API: the list of projects and the page of each. */
export function servePypiPages(app: FastifyInstance, parts: ServiceParts, cache: PageCache): void {
  const { mirror } = parts;
  serve(app, '/pypi/simple', (request, reply) => redirect(request, reply, 'simple/'));
  serve(app, '/pypi/simple/', (request, reply) =>
    negotiate({ parts, cache, request, reply }, ROOT, async () => {
      const projects = mirror.projects();
      return projects === 'waiting' ? PAGE_NOT_YET : drawRoot(projects, mirror.standing());
    }),
  );
  serve<'project'>(app, '/pypi/simple/:project', (request, reply) => {
    const name = findProjectName(request.params.project);
    return name === undefined
      ? sendProblem(reply, NO_SUCH_NAME)
      : redirect(request, reply, `${name}/`);
  });
  serve<'project'>(app, '/pypi/simple/:project/', (request, reply) => {
    const name = findProjectName(request.params.project);
    if (name === undefined) return sendProblem(reply, NO_SUCH_NAME);
    if (name !== request.params.project) return redirect(request, reply, `../${name}/`);
    return negotiate({ parts, cache, request, reply }, name, async () => {
      const view = await mirror.page(name);
      return view === 'waiting' ? PAGE_NOT_YET : drawProject(view, parts.publicUrl);
    });
  });
}

function negotiate(
  asked: AskedPage,
  name: string,
  draw: () => Promise<Drawing | Problem>,
): FastifyReply | Promise<FastifyReply> {
  const { request, reply } = asked;
  const { accept, 'accept-encoding': acceptEncoding } = request.headers;
  const variant = chooseVariant({ accept, acceptEncoding, format: request.query['format'] });
  if (variant === undefined) return refuseForm(reply);
  return answerPage(asked, {
    key: name,
    ...(name === ROOT ? {} : { project: name }),
    variant,
    vary: VARY,
    draw,
  });
}

const VARY = 'Accept, Accept-Encoding';

function refuseForm(reply: FastifyReply): FastifyReply {
  return sendProblem(reply.header('vary', VARY), {
    status: 406,
    title: 'Not acceptable',
    detail:
      'a page is there as application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html and text/html; Accept or format ask for none of them',
    code: 'invalid-request',
  });
}
