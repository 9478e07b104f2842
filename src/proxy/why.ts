import type { FastifyInstance, FastifyReply } from 'fastify';

import { findCondaName } from '../ecosystems/conda/names.ts';
import { findCondaVersion } from '../ecosystems/conda/versions.ts';
import { findProjectName } from '../ecosystems/pypi/names.ts';
import { findVersion } from '../ecosystems/pypi/versions.ts';
import type { ReleaseVersion } from '../ecosystems/releases.ts';
import type { Explanation } from '../mirror/explain.ts';
import type { Ecosystem, ProjectName } from '../model/subject.ts';
import { STYLE_SOURCE } from '../ui/style.ts';
import { renderWhyPage } from '../ui/why-page.ts';
import { prefersJson } from './negotiation.ts';
import type { ServiceParts } from './parts.ts';
import { NO_SUCH_NAME, NO_SUCH_VERSION, notFound, notYet, sendProblem } from './problems.ts';
import { type PathRequest, redirect, serve } from './routes.ts';

/** What was decided about a project or one of its versions, by which line, and what to do. */
export function serveWhy(app: FastifyInstance, { mirror }: ServiceParts): void {
  async function answer(
    { request, reply }: { readonly request: PathRequest<never>; readonly reply: FastifyReply },
    { ecosystem, ...asked }: Asked,
  ): Promise<FastifyReply> {
    const explanation =
      ecosystem === 'pypi' ? await mirror.explain(asked) : await mirror.conda.explain(asked);
    if (explanation === undefined) return sendProblem(reply, NOT_YET);
    reply.header('cache-control', 'no-store').header('vary', 'Accept');
    return prefersJson(request.headers.accept, request.query['format'])
      ? reply.send(explanation)
      : sendHtml(reply, explanation);
  }

  serve<'project'>(app, '/why/pypi/:project', (request, reply) => {
    const project = findProjectName(request.params.project);
    if (project === undefined) return sendProblem(reply, NO_SUCH_NAME);
    if (project !== request.params.project) return redirect(request, reply, project);
    return answer({ request, reply }, { ecosystem: 'pypi', project });
  });
  serve<'project' | 'version'>(app, '/why/pypi/:project/:version', (request, reply) => {
    const project = findProjectName(request.params.project);
    const version = findVersion(request.params.version);
    if (project === undefined) return sendProblem(reply, NO_SUCH_NAME);
    if (version === undefined) return sendProblem(reply, NO_SUCH_VERSION);
    if (project !== request.params.project) {
      return redirect(request, reply, `../${project}/${encodeURIComponent(version.text)}`);
    }
    return answer({ request, reply }, { ecosystem: 'pypi', project, version });
  });
  serve<'project'>(app, '/why/conda/:project', (request, reply) => {
    const project = findCondaName(request.params.project);
    if (project === undefined) return sendProblem(reply, NO_SUCH_PACKAGE);
    return answer({ request, reply }, { ecosystem: 'conda', project });
  });
  serve<'project' | 'version'>(app, '/why/conda/:project/:version', (request, reply) => {
    const project = findCondaName(request.params.project);
    const version = findCondaVersion(request.params.version);
    // A channel before the name is what one guesses; "pytorch/2.1" is a name and its version all the same.
    const named = findCondaName(request.params.version);
    if (mirror.conda.source(request.params.project) !== undefined && /^[a-z]/.test(named ?? '')) {
      return redirect(request, reply, `../${named}`);
    }
    if (project === undefined || version === undefined) return sendProblem(reply, NO_SUCH_PACKAGE);
    return answer({ request, reply }, { ecosystem: 'conda', project, version });
  });
}

interface Asked {
  readonly ecosystem: Ecosystem;
  readonly project: ProjectName;
  readonly version?: ReleaseVersion;
}

const NO_SUCH_PACKAGE = notFound('no conda package can have this name and this version');

const NOT_YET = notYet(
  'what is known of this project is still being gathered; ask again in a few seconds',
);

/** The page needs nothing but its own style, so that nothing hostile in it can run or load. */
function sendHtml(reply: FastifyReply, explanation: Explanation): FastifyReply {
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src '${STYLE_SOURCE}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .send(renderWhyPage(explanation));
}
