import type { Explanation } from '../mirror/explain.ts';
import type { Basis, Finding } from '../model/decision.ts';
import { renderArtifacts } from './artifact-table.ts';
import { type Html, markup, type Part } from './html.ts';
import { renderPage } from './page.ts';
import { VERDICT_WORDS } from './verdict-words.ts';

/** The page for a person who was refused, or wants to know why not: the verdict in words first, then what to do. */
export function renderWhyPage(explanation: Explanation): string {
  const { verdict, basis, findings, artifacts, policy, source } = explanation;
  const name = nameOf(explanation);
  const deciding = findings.filter(({ effect }) => effect !== 'approve');
  const reporting = findings.filter(({ effect }) => effect === 'approve');
  return renderPage(
    `${name}: ${VERDICT_WORDS[verdict]}`,
    markup`<main>
<h1>${name}</h1>
<p class="verdict ${verdict}">${sentenceOf(explanation)}</p>
<p class="dim">Judged by ${BASIS_WORDS[basis]}.${source && markup` It comes from the source <code>${source}</code>.`}</p>
${renderFindings('Why', deciding)}
${renderAdvice(explanation)}
${renderFindings('Also noticed', reporting)}
${renderArtifacts(artifacts, new Set(findings.map(({ message }) => message)))}
</main>
<footer class="dim">Decided by the policy <code>${policy}</code>.
The same as JSON: add <code>?format=json</code> to the address.</footer>`,
  );
}

const BASIS_WORDS: Readonly<Record<Basis, string>> = {
  record: 'what the index says about it',
  metadata: 'what the index and its own metadata say',
  contents: 'its verified contents',
};

/** Of a channel as an entry of the policy has it. */
function nameOf({ ecosystem, source, project, version }: Explanation): string {
  const name = ecosystem === 'conda' && source !== undefined ? `${source}::${project}` : project;
  return version === undefined ? name : `${name} ${version}`;
}

function sentenceOf(explanation: Explanation): string {
  const { verdict, version } = explanation;
  const name = nameOf(explanation);
  if (verdict === 'deny') return `${name} is not approved, so it is not served.`;
  if (verdict === 'review') return `${name} is not served yet: a person has to look at it.`;
  return version === undefined
    ? countApproved(explanation)
    : `${name} is approved and can be installed.`;
}

/** `5 versions of rich are approved, newest 15.0.0.` */
function countApproved({ project, artifacts, nearestApproved }: Explanation): string {
  const approved = artifacts.filter(({ verdict }) => verdict === 'approve');
  const count = new Set(approved.map(({ version }) => version)).size;
  const newest = nearestApproved ?? approved[0]?.version ?? '';
  return count === 1
    ? `1 version of ${project} is approved, ${newest}.`
    : `${count} versions of ${project} are approved, newest ${newest}.`;
}

function renderFindings(title: string, findings: readonly Finding[]): Html | undefined {
  if (findings.length === 0) return undefined;
  return markup`<h2>${title}</h2>
<ul class="findings">${findings.map(renderFinding)}</ul>`;
}

function renderFinding({ code, effect, message, policy, evidence }: Finding): Html {
  const facts = evidence?.map((line) => markup`<li>${line}</li>`);
  return markup`<li class="${effect}">
<p>${message}</p>
${facts && markup`<ul class="dim">${facts}</ul>`}
<p class="dim">${policy && markup`Decided at <code>${policy.file}:${policy.line}:${policy.column}</code>. `}Rule
<code>${code}</code>, explained in <code>docs/rules/${ruleOf(code)}.md</code>.</p>
</li>`;
}

function ruleOf(code: Finding['code']): string | undefined {
  return code.split('/', 1)[0];
}

/** What a person can do: take an approved version now, then what would approve this one. */
function renderAdvice(explanation: Explanation): Html | undefined {
  const instead = renderInstead(explanation);
  const { advice } = explanation;
  if (instead === undefined && advice.length === 0) return undefined;
  return markup`<h2>What you can do</h2>
${instead}
${advice.length > 0 ? markup`<ul>${advice.map((sentence) => markup`<li>${withCode(sentence)}</li>`)}</ul>` : undefined}`;
}

/** What stands between backticks is to be typed. */
function withCode(sentence: string): readonly Part[] {
  return sentence
    .split('`')
    .map((part, index) => (index % 2 === 1 ? markup`<code>${part}</code>` : part));
}

function renderInstead({
  ecosystem,
  project,
  version,
  verdict,
  nearestApproved,
  nearestTargets,
}: Explanation): Html | undefined {
  const isNeeded = version === undefined || verdict !== 'approve';
  if (nearestApproved === undefined || !isNeeded) return undefined;
  const isConda = ecosystem === 'conda';
  const where = placesOf(nearestTargets ?? [], isConda);
  const command = isConda ? 'conda install' : 'pip install';
  const pin = isConda ? '=' : '==';
  // The newest may not exist for the reader's Python; pip knows which does.
  return version === undefined
    ? markup`<p>Newest approved: ${nearestApproved}${where}.</p>
<pre>${command} ${project}</pre>`
    : markup`<p>Use the nearest approved version, ${nearestApproved}${where}:</p>
<pre>${command} "${project}${pin}${nearestApproved}"</pre>`;
}

/** ` (Python 3.12–3.14)`, of conda ` (linux-64)`. */
function placesOf(targets: readonly string[], isConda: boolean): string {
  if (isConda) return targets.length === 0 ? '' : ` (${targets.join(', ')})`;
  const pythons = pythonsOf(targets);
  return pythons === undefined ? '' : ` (Python ${pythons})`;
}

/** `3.12–3.14` of the ids of targets; absent: there are none. */
function pythonsOf(targets: readonly string[]): string | undefined {
  const pythons = [...new Set(targets.map((id) => id.split('/', 1)[0] ?? id))].toSorted(
    (left, right) => minorOf(left) - minorOf(right),
  );
  const [first, last] = [pythons[0], pythons.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const isRun = pythons.length > 1 && minorOf(last) - minorOf(first) === pythons.length - 1;
  return isRun ? `${first}–${last}` : pythons.join(', ');
}

function minorOf(python: string): number {
  return Number(python.split('.')[1]);
}
