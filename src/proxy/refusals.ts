import type { FastifyReply } from 'fastify';

import type { Finding } from '../model/decision.ts';
import type { Ecosystem } from '../model/subject.ts';
import { type Problem, problemBody, sendProblem } from './problems.ts';
import { shorten, toReasonPhrase } from './reason-phrase.ts';

/** Something that the gate does not pass. */
export interface Refusal {
  readonly ecosystem: Ecosystem;
  readonly project: string;
  /** Absent: the whole project is refused. */
  readonly version?: string;
  readonly findings: readonly Finding[];
}

const LONGEST_TEXT = 200;
const SHORTEST_SENTENCE = 24;

/** Where a person reads everything about a decision. */
export function whyAddress(
  publicUrl: string,
  { ecosystem, project, version }: Pick<Refusal, 'ecosystem' | 'project' | 'version'>,
): string {
  const base = `${publicUrl}/why/${ecosystem}/${encodeURIComponent(project)}`;
  return version === undefined ? base : `${base}/${encodeURIComponent(version)}`;
}

/**
 * The sentence that a user reads in a terminal: project, version, the finding that decided with its code, and the
 * address of the rest. One line of ASCII of at most 200 characters; only names that leave no room for that make it
 * longer, as the address is always whole.
 */
export function refusalText(publicUrl: string, refusal: Refusal): string {
  const reason = decidingFinding(refusal.findings);
  const code = reason === undefined ? '' : ` (${reason.code})`;
  const end = `${code}; see ${whyAddress(publicUrl, refusal)}`;
  const sentence = toReasonPhrase(sentenceOf(refusal, reason));
  const room = LONGEST_TEXT - end.length;
  return toReasonPhrase(`${room < SHORTEST_SENTENCE ? 'refused' : shorten(sentence, room)}${end}`);
}

/** The refusal as an answer: pip prints the reason phrase, uv the problem's title and detail (DESIGN §7). */
export function refusalProblem(publicUrl: string, refusal: Refusal): Problem {
  const text = refusalText(publicUrl, refusal);
  return {
    status: 403,
    title: 'Refused by policy',
    detail: text,
    code: decidingFinding(refusal.findings)?.code ?? 'refused',
    findings: refusal.findings,
    why: whyAddress(publicUrl, refusal),
    reasonPhrase: text,
  };
}

/** Sends a refusal. One that is sent again and again, as the same object, is written once. */
export function sendRefusal(
  reply: FastifyReply,
  publicUrl: string,
  refusal: Refusal,
): FastifyReply {
  const known = written.get(refusal);
  const { problem, body } = known?.publicUrl === publicUrl ? known : write(publicUrl, refusal);
  return sendProblem(reply, problem, body);
}

interface Written {
  readonly publicUrl: string;
  readonly problem: Problem;
  readonly body: Buffer;
}

const written = new WeakMap<Refusal, Written>();

function write(publicUrl: string, refusal: Refusal): Written {
  const problem = refusalProblem(publicUrl, refusal);
  const answer = { publicUrl, problem, body: problemBody(problem) };
  written.set(refusal, answer);
  return answer;
}

/** The first of the worst findings. */
export function decidingFinding(findings: readonly Finding[]): Finding | undefined {
  return (
    findings.find(({ effect }) => effect === 'deny') ??
    findings.find(({ effect }) => effect === 'review')
  );
}

/** A finding's message names the project first; the version joins it where the message lacks it. */
function sentenceOf({ project, version }: Refusal, reason: Finding | undefined): string {
  const named = version === undefined ? project : `${project} ${version}`;
  if (reason === undefined) return `${named} is refused`;
  const { message } = reason;
  if (message.startsWith(`${named} `)) return message;
  if (message.startsWith(`${project} `)) return `${named}${message.slice(project.length)}`;
  return `${named} is refused: ${message}`;
}
