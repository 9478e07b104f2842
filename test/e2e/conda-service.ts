import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { addRecords, buildCondaChannel, type RecordsOf } from '../fixtures/conda-channel.ts';
import { listen, type Loopback } from '../upstream/loopback.ts';
import { type Service, startService } from './service.ts';

/** What a case sets otherwise. */
export interface CondaPlan {
  /** Entries of `packages.allow`, each `conda-forge::name range`. */
  readonly allow: readonly string[];
  /** Default: MIT and PSF-2.0. */
  readonly licenses?: readonly string[];
  /** Records without files that the channel has besides, by subdir. */
  readonly more?: RecordsOf;
}

/** A service whose only source is the channel that conda's tools have built, and that channel by itself. */
export interface CondaService extends AsyncDisposable {
  readonly service: Service;
  /** What Gatehouse serves of it. */
  readonly channel: string;
  /** The whole of it, as a plain server gives it. */
  readonly upstream: string;
  /** Puts another policy in force. */
  policy(plan: CondaPlan): Promise<void>;
}

export async function startCondaService(plan: CondaPlan): Promise<CondaService> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-channel-'));
  await buildCondaChannel(folder);
  if (plan.more !== undefined) await addRecords(folder, plan.more);
  const plain = await serveFolder(folder);
  const service = await startService({
    upstream: 'http://127.0.0.1:9/simple/',
    policy: condaPolicy(plan),
    settings: { GATEHOUSE_CONDA_UPSTREAM_CONDA_FORGE: pathToFileURL(`${folder}/`).href },
  });
  return {
    service,
    channel: `${service.url}/conda/conda-forge`,
    upstream: plain.origin,
    async policy(next) {
      const before = (await service.readiness()).policy;
      await service.writePolicy(condaPolicy(next));
      while ((await service.readiness()).policy === before) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await service.walked();
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await plain[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serveFolder(folder: string): Promise<Loopback> {
  return listen((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://channel.test');
    readFile(join(folder, pathname)).then(
      (bytes) => response.end(request.method === 'HEAD' ? undefined : bytes),
      () => response.writeHead(404).end(),
    );
  });
}

/** A policy for notebooks on linux-64 with glibc 2.28. */
function condaPolicy({ allow, licenses = ['MIT', 'PSF-2.0'] }: CondaPlan): string {
  return `version: 1
sources: { conda-forge: { kind: conda, min-age: 0d } }
targets:
  python: ["3.11"]
  platforms: [manylinux_2_28_x86_64]
  conda: { subdirs: [linux-64], virtual: { glibc: "2.28" } }
packages:
  allow:
${allow.map((line) => `    - conda-forge::${line}\n`).join('')}licenses: { allow: [${licenses.join(', ')}] }
dependencies: { closure: follow }
`;
}
