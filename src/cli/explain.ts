import type { Explanation } from '../mirror/explain.ts';
import type { Finding } from '../model/decision.ts';
import { GatehouseError } from '../model/errors.ts';
import type { SourceId } from '../model/subject.ts';
import type { Policy } from '../policy/policy.ts';
import { withMirror } from './ask.ts';
import { type CommandInput, type Outcome, readWords } from './command.ts';
import { readPolicy } from './policy-file.ts';
import { parseRelease } from './release.ts';

/** `explain NAME[==VERSION]`, of conda `explain CHANNEL::NAME[==VERSION]`: what is decided about it, by which line, and what to do. */
export async function explain({ words, config, say }: CommandInput): Promise<Outcome> {
  const { names, json } = readWords(words, {
    text: 'explain NAME[==VERSION] [--json]',
    least: 1,
    most: 1,
  });
  const policy = await readPolicy(config.policyPath);
  const { ecosystem, channel, ...release } = parseRelease(names[0] ?? '');
  if (channel !== undefined) refuseUnknownChannel(policy, channel);
  const explanation = await withMirror({ config, policy, mode: 'ask' }, (mirror) =>
    ecosystem === 'pypi' ? mirror.explain(release) : mirror.conda.explain(release),
  );
  if (explanation === undefined) {
    say('explain: upstream did not answer in time');
    return { status: 1, output: '' };
  }
  const { source } = explanation;
  if (channel !== undefined && source !== undefined && source !== channel) {
    say(`explain: this policy has ${release.project} from ${source}, not from ${channel}`);
  }
  const status = explanation.verdict === 'approve' ? 0 : 1;
  return {
    status,
    output: json ? JSON.stringify(explanation, undefined, 2) : describe(explanation),
  };
}

function refuseUnknownChannel({ sources }: Policy, channel: SourceId): void {
  const known = sources.filter(({ kind }) => kind === 'conda').map(({ id }) => id);
  if (known.includes(channel)) return;
  throw new GatehouseError('wrong-use', `the policy has no channel ${channel}`, {
    hint: `its channels are: ${known.join(', ') || 'none'}`,
  });
}

const WORDS = { approve: 'approved', review: 'waits for a person', deny: 'refused' } as const;

function describe(explanation: Explanation): string {
  const { version, verdict, findings, artifacts, advice, nearestApproved } = explanation;
  const name = nameOf(explanation);
  const subject = version === undefined ? name : `${name} ${version}`;
  const listed = artifacts.map(
    (artifact) => `  ${WORDS[artifact.verdict].padEnd(18)} ${artifact.filename}`,
  );
  return [
    `${subject}: ${WORDS[verdict]}`,
    ...findings.map(describeFinding),
    ...advice.map((sentence) => `  → ${sentence}`),
    ...(nearestApproved === undefined || verdict === 'approve'
      ? []
      : [`  nearest approved version: ${nearestApproved}`]),
    ...(listed.length === 0 ? [] : ['artifacts:', ...listed.slice(0, 40)]),
    ...(listed.length > 40 ? [`  and ${listed.length - 40} more (--json lists all)`] : []),
  ].join('\n');
}

/** As an entry of the policy has it. */
function nameOf({ ecosystem, source, project }: Explanation): string {
  return ecosystem === 'conda' && source !== undefined ? `${source}::${project}` : project;
}

function describeFinding({ code, effect, message, policy, evidence }: Finding): string {
  const place = policy === undefined ? '' : ` (${policy.file}:${policy.line}:${policy.column})`;
  const lines = [
    `  ${effect === 'approve' ? 'note' : effect} ${code}${place}`,
    `    ${message}`,
    ...(evidence ?? []).map((line) => `    = ${line}`),
  ];
  return lines.join('\n');
}
