import process from 'node:process';
import { pathToFileURL } from 'node:url';

import type { FastifyInstance } from 'fastify';

import packageJson from '../package.json' with { type: 'json' };
import { numbersOf, remarksOf } from './cli/check.ts';
import { readPolicy } from './cli/policy-file.ts';
import { type Config, readConfig } from './config.ts';
import { openConfiguredUpstreams } from './configured-upstreams.ts';
import { openAccessLog } from './ledger/access.ts';
import { verifierKey } from './ledger/checkpoint.ts';
import type { Ledger } from './ledger/ledger.ts';
import { type Mirror, openMirror } from './mirror/mirror.ts';
import { GatehouseError, isGatehouseError } from './model/errors.ts';
import { createLog, mirrorParts, openKeeping, replicaName, reportChannel } from './open-parts.ts';
import { subdirsOf } from './policy/ecosystem.ts';
import type { Policy } from './policy/policy.ts';
import { formatProblem } from './policy/problem.ts';
import { createServer } from './proxy/server.ts';
import { showProgress } from './show-progress.ts';
import { sha256Of } from './store/blobs.ts';
import { runTry, startTrialJob } from './trial-job.ts';
import { watchPolicy } from './watch-policy.ts';

/** Serves until TERM or Ctrl-C; gives the exit status: 0 fine, 2 a setting or the policy is wrong, 3 a backend failed. */
export async function serve(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  try {
    await serveUntilToldToStop(readConfig(environment));
    return 0;
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    process.stderr.write(
      `gatehouse: ${error.message}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`,
    );
    return error.code.startsWith('invalid-') ? 2 : 3;
  }
}

async function serveUntilToldToStop(config: Config): Promise<void> {
  const log = createLog(config);
  const replica = replicaName();
  const policy = await readPolicy(config.policyPath);
  await using keeping = await openKeeping(config, `service:${replica}`);
  const inForce = { policy };
  const { upstreams, indexUrls, notices } = await openConfiguredUpstreams(config, policy, {
    condaSubdirs: () => subdirsOf(inForce.policy),
    report: reportChannel(log),
  });
  await using _ = upstreams;
  for (const notice of notices) process.stderr.write(`note: ${notice}\n`);
  await enterStart(keeping.ledger, config);
  await using mirror = await openMirror(
    mirrorParts(config, { ...keeping, upstreams, log, mode: 'serve' }),
    policy,
  );
  await using access = openAccessLog({
    store: keeping.store,
    ledger: keeping.ledger,
    replica,
    clock: Date.now,
    report: (error) => log.error({ err: error }, 'access segment not sealed'),
  });
  using watch = watchPolicy(config.policyPath, policy, {
    changed: async (next) => {
      inForce.policy = next;
      await mirror.activate(next);
      log.info({ digest: next.digest }, 'policy activated');
    },
    broken: (problems) =>
      log.error(
        { problems: problems.map(formatProblem) },
        'policy file cannot be used, the one in force stays',
      ),
    failed: (error) => log.error({ err: error }, 'policy not activated, trying again'),
  });
  const server = createServer({
    mirror,
    log,
    clock: Date.now,
    publicUrl: config.publicUrl,
    record: (line) => access.record(line),
    policyProblems: () => watch.problems().map(formatProblem),
  });
  await listen(server, config);
  for (const { place, message } of remarksOf(policy)) {
    process.stderr.write(`${place.file}:${place.line}:${place.column}: note: ${message}\n`);
  }
  process.stdout.write(banner(config, mirror));
  const hosts = indexUrls.map((url) => new URL(url)).map(({ host, pathname }) => host || pathname);
  log.info({ listen: config.listen, upstreams: hosts, replica }, 'serving');
  await using trials = startTrialJob({ mirror, run: runTry, log });
  using progress = showProgress(mirror);
  await toldToStop();
  progress.stop();
  await trials.stop();
  await server.close();
}

async function listen(server: FastifyInstance, { listen: address }: Config): Promise<void> {
  try {
    await server.listen(address);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EADDRINUSE' && code !== 'EADDRNOTAVAIL' && code !== 'EACCES') throw error;
    const why =
      code === 'EADDRINUSE' ? 'is taken; is Gatehouse running already?' : 'cannot be listened on';
    throw new GatehouseError(
      'invalid-setting',
      `GATEHOUSE_LISTEN: ${address.host}:${address.port} ${why}`,
      {
        cause: error,
      },
    );
  }
}

/** What this process was started with, secrets left out, stands in the ledger before it decides anything. */
async function enterStart(ledger: Ledger, config: Config): Promise<void> {
  const { ledgerKey: _key, upstream, sourceUpstreams, proxy: _proxy, ...open } = config;
  const told = {
    ...open,
    upstream: upstream?.indexUrl,
    sources: [...sourceUpstreams].map(([name, { indexUrl }]) => [name, indexUrl]),
  };
  const configuration = sha256Of(new TextEncoder().encode(JSON.stringify(told)));
  await ledger.append(() => ({
    entries: [{ kind: 'start', configuration, version: packageJson.version }],
  }));
}

function banner(config: Config, mirror: Mirror): string {
  const { policy } = mirror.status();
  const { origin, publicKey } = mirror.ledger.head();
  const index = `${config.publicUrl}/pypi/simple/`;
  return `
Gatehouse is serving approved packages.

  index    ${index}
  pip      pip install --index-url ${index} pandas
  uv       uv pip install --default-index ${index} pandas
${condaLine(config, policy)}  policy   ${config.policyPath} (sha256 ${policy.digest.slice(0, 12)}). ${numbersOf(policy)}
  why      ${config.publicUrl}/why/pypi/pandas
  health   ${config.publicUrl}/health/ready
  ledger   ${config.publicUrl}/audit/checkpoint, signed by ${verifierKey(origin, Buffer.from(publicKey, 'base64'))}

`;
}

/** Only where the policy has a channel. */
function condaLine({ publicUrl }: Config, { sources }: Policy): string {
  const channel = sources.find(({ kind }) => kind === 'conda')?.id;
  if (channel === undefined) return '';
  return `  conda    conda create -n notebook --override-channels -c ${publicUrl}/conda/${channel} python pandas\n`;
}

/** Resolves at the first TERM, INT or HUP; a second one ends the process at once. */
async function toldToStop(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(130));
      // Whatever still hangs after the drain must not keep the service from ending.
      setTimeout(() => process.exit(0), 5000).unref();
      resolve();
    });
  }
  await promise;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await serve(process.env);
}
