import type { FastifyInstance } from 'fastify';

import { findProjectName } from '../ecosystems/pypi/names.ts';
import { type Version, compareVersions, findVersion } from '../ecosystems/pypi/versions.ts';
import type { ProjectView } from '../mirror/view.ts';
import { answerPage } from './answer-page.ts';
import { chooseJsonVariant } from './negotiation.ts';
import type { Drawing, PageCache } from './page-cache.ts';
import type { ServiceParts } from './parts.ts';
import {
  type Problem,
  NO_SUCH_NAME,
  NO_SUCH_VERSION,
  PAGE_NOT_YET,
  notFound,
  sendProblem,
} from './problems.ts';
import { approvedReleases, drawProjectJson, drawReleaseJson } from './project-json.ts';
import { refusalProblem } from './refusals.ts';
import { redirect, serve } from './routes.ts';

const VARY = 'Accept-Encoding';

/**
 * PyPI's JSON API, made of the same views as the pages. A project of which nothing is approved is 200 without
 * releases, never 403 or 404: bandersnatch stops at a 403, and Renovate and Dependabot take any other status for a
 * server without this API and go on to the page, which lists what is refused. Of one version a refusal can be said:
 * poetry, the only one that asks, takes 403 and 404 alike for a version that is not there.
 */
export function servePypiJson(app: FastifyInstance, parts: ServiceParts, cache: PageCache): void {
  const { mirror } = parts;
  serve<'project'>(app, '/pypi/pypi/:project/json', (request, reply) => {
    const project = findProjectName(request.params.project);
    if (project === undefined) return sendProblem(reply, NO_SUCH_NAME);
    if (project !== request.params.project) return redirect(request, reply, `../${project}/json`);
    return answerPage(
      { parts, cache, request, reply },
      {
        key: `${project}/json`,
        project,
        variant: chooseJsonVariant(request.headers['accept-encoding']),
        vary: VARY,
        draw: async () => {
          const view = await mirror.page(project);
          return view === 'waiting' ? PAGE_NOT_YET : drawProjectJson(parts, view);
        },
      },
    );
  });
  serve<'project' | 'version'>(app, '/pypi/pypi/:project/:version/json', (request, reply) => {
    const project = findProjectName(request.params.project);
    const version = findVersion(request.params.version);
    if (project === undefined) return sendProblem(reply, NO_SUCH_NAME);
    if (version === undefined) return sendProblem(reply, NO_SUCH_VERSION);
    if (project !== request.params.project) {
      const asked = encodeURIComponent(version.text);
      return redirect(request, reply, `../../${project}/${asked}/json`);
    }
    return answerPage(
      { parts, cache, request, reply },
      {
        key: `${project}/${version.order.whole}/json`,
        project,
        variant: chooseJsonVariant(request.headers['accept-encoding']),
        vary: VARY,
        draw: async () => {
          const view = await mirror.page(project);
          return view === 'waiting' ? PAGE_NOT_YET : drawRelease(parts, view, version);
        },
      },
    );
  });
}

async function drawRelease(
  parts: ServiceParts,
  view: ProjectView,
  version: Version,
): Promise<Drawing | Problem> {
  const release = approvedReleases(view).find(
    (approved) => compareVersions(approved.version, version) === 0,
  );
  if (release !== undefined) return drawReleaseJson(parts, view, release);
  const { project } = view;
  const { mirror, publicUrl } = parts;
  if (mirror.status().policy.denials.show.value === 'hide') {
    return notFound(`no approved release of ${project} has the version ${version.text}`);
  }
  const explanation = await mirror.explain({ project, version });
  // It was approved between the two questions.
  if (explanation === undefined || explanation.verdict === 'approve') return PAGE_NOT_YET;
  const { findings, isAbsent } = explanation;
  return isAbsent === true
    ? notFound(findings.at(-1)?.message ?? `${project} has no version ${version.text}`)
    : refusalProblem(publicUrl, { ecosystem: 'pypi', project, version: version.text, findings });
}
