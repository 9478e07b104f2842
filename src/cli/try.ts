import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TriedOut } from '../mirror/try-out.ts';
import { GatehouseError } from '../model/errors.ts';
import { type PythonTarget, pythonTargets } from '../model/target.ts';
import type { TrialFact } from '../model/trial.ts';
import type { Policy } from '../policy/policy.ts';
import { parsePython } from '../policy/values.ts';
import { sha256Of } from '../store/blobs.ts';
import type { Host } from '../trial/host.ts';
import { findInterpreter, type Interpreter } from '../trial/interpreter.ts';
import { TRIAL_LIMITS } from '../trial/limits.ts';
import { openSandbox, runTrial } from '../trial/run-trial.ts';
import { withMirror } from './ask.ts';
import { type CommandInput, type Outcome, readWords, wrongUse } from './command.ts';
import { readPolicy } from './policy-file.ts';
import { asWords, parseRelease } from './release.ts';

const NOT_TRIED = new GatehouseError(
  'wrong-use',
  'packages of a conda channel are not tried out, only wheels of PyPI',
  { hint: 'write NAME==VERSION without a channel' },
);

const USAGE = 'try NAME==VERSION [--python 3.12] [--interpreter PATH] [--json]';

/** `try NAME==VERSION`: installs and imports what is approved in a sandbox, and keeps what was seen. */
export async function tryRelease({
  words,
  config,
  searchPath,
  say,
}: CommandInput): Promise<Outcome> {
  const { names, json, python, interpreter } = readWords(words, { text: USAGE, least: 1, most: 1 });
  const { ecosystem, project, version } = parseRelease(names[0] ?? '');
  if (ecosystem !== 'pypi') throw NOT_TRIED;
  if (version === undefined) throw wrongUse(USAGE);
  const policy = withoutTrials(await readPolicy(config.policyPath));
  const host = { path: searchPath, userId: process.getuid?.() ?? -1 };
  const wanted = {
    python: python && asWords(() => parsePython(python), 'write --python 3.12'),
    interpreter,
  };
  const chosen = await chooseTarget(host, policy, wanted);
  const sandbox = await openSandbox(host, chosen.interpreter);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-try-'));
  try {
    // Whoever runs the sandbox, nobody where root asks, reads what is in it.
    await chmod(folder, 0o755);
    const files = join(folder, 'files');
    await mkdir(files);
    const asked = { project, version, target: chosen.target, folder: files };
    say(`gathering ${project} ${version.text} and what it needs for ${chosen.target.id} …`);
    const tried = await withMirror({ config, policy, mode: 'ask' }, (mirror) =>
      mirror.tryOut(asked, (gathered) => {
        say(`installing ${gathered.files.length} wheels in a sandbox …`);
        return runTrial(sandbox, { folder, ...gathered }, TRIAL_LIMITS);
      }),
    );
    const output = json ? JSON.stringify(tried, undefined, 2) : describe(tried);
    return { status: isClean(tried) ? 0 : 1, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * What waits only for its trial could not be tried otherwise, nor what it needs. Nothing is admitted or served by this
 * policy, which has a digest of its own.
 */
function withoutTrials(policy: Policy): Policy {
  const { place, value } = policy.content['install-probe'];
  if (value === 'allow') return policy;
  const content = { ...policy.content, 'install-probe': { place, value: 'allow' as const } };
  return { ...policy, content, digest: sha256Of(Buffer.from(`${policy.digest} without trials`)) };
}

interface Chosen {
  readonly target: PythonTarget;
  readonly interpreter: Interpreter;
}

/** The Python that is asked for, else the first declared one that this host has; on a platform of this machine. */
async function chooseTarget(
  host: Host,
  policy: Policy,
  wanted: { readonly python: string | undefined; readonly interpreter: string | undefined },
): Promise<Chosen> {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const fitting = pythonTargets(policy.targets).filter(
    ({ python, platform }) =>
      /^(?:many)?linux/.test(platform) &&
      platform.endsWith(machine) &&
      (wanted.python === undefined || wanted.python === python),
  );
  for (const target of fitting) {
    const { python } = target;
    const path = wanted.interpreter;
    const interpreter = await findInterpreter(host, path === undefined ? { python } : { path });
    if (interpreter?.python === python) return { target, interpreter };
  }
  const pythons = [...new Set(fitting.map(({ python }) => python))];
  const which = wanted.python ?? (pythons.length > 0 ? pythons.join(' or ') : 'any');
  throw new GatehouseError(
    'not-ready',
    fitting.length === 0
      ? `the policy declares no target with Python ${which} on linux ${machine}`
      : `this host has no Python ${which} with pip${wanted.interpreter === undefined ? '' : ` at ${wanted.interpreter}`}`,
    { hint: 'Install that Python, or name one with --interpreter; none is downloaded.' },
  );
}

function isClean(tried: TriedOut): boolean {
  return tried.kind === 'tried' && linesOf(tried.fact).length === 0;
}

function describe(tried: TriedOut): string {
  if (tried.kind === 'refused') {
    const findings = tried.findings.filter(({ effect }) => effect !== 'approve');
    return [
      `not tried${tried.reason === undefined ? '' : `: ${tried.reason}`}`,
      ...findings.map(({ code, message }) => `  ${code}\n    ${message}`),
    ].join('\n');
  }
  const { filename, fact } = tried;
  const lines = linesOf(fact);
  const summary = lines.length === 0 ? 'nothing was seen' : 'look at this';
  return [`${filename} on Python ${fact.python}: ${summary}`, ...lines].join('\n');
}

function linesOf(fact: TrialFact): readonly string[] {
  return [
    ...(fact.failure === undefined ? [] : [`  failed: ${fact.failure}`]),
    ...fact.wrote.map((text) => `  wrote: ${text}`),
    ...fact.executed.map((text) => `  executed: ${text}`),
    ...fact.connected.map((text) => `  connected: ${text}`),
    ...fact.imports.map(({ module, error }) => `  not imported: ${module}: ${error}`),
  ];
}
