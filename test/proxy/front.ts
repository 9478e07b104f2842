import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real nginx in front of the service, as it may stand in production. */
export interface Front extends AsyncDisposable {
  readonly port: number;
  /** Where it speaks TLS, with HTTP/2 for who can; present where it was given a certificate. */
  readonly tlsPort?: number;
  /** How many requests it has passed on so far, of those that are at an end. */
  readonly passedOn: () => Promise<number>;
  /** Those requests, each with the status that the service gave: `403 "GET /x HTTP/2.0"`. */
  readonly passed: () => Promise<readonly string[]>;
}

/** Paths of PEM files. */
export interface FrontCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Where nginx is on this machine; absent: nowhere. */
export function findNginx(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'nginx')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts nginx, which keeps connections to the service open: what hides in a request would be read as the next one. */
export async function startFront(
  nginx: string,
  servicePort: number,
  certificate?: FrontCertificate,
): Promise<Front> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-front-'));
  const port = await freePort();
  const tls = certificate && { ...certificate, port: await freePort() };
  const configuration = join(directory, 'nginx.conf');
  await writeFile(configuration, configurationOf(directory, { port, servicePort, tls }));
  const child = spawn(nginx, ['-p', directory, '-c', configuration, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const origin = `http://127.0.0.1:${port}/health/live`;
  while (
    !(await fetch(origin).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`);
    await sleep(20);
  }
  async function passed(): Promise<readonly string[]> {
    const lines = (await readFile(join(directory, 'passed'), 'utf8')).split('\n');
    return lines.filter((line) => /^[0-9]/.test(line));
  }

  return {
    port,
    ...(tls === undefined ? {} : { tlsPort: tls.port }),
    passed,
    passedOn: async () => (await passed()).length,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(directory, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** A line of `passed` begins with the status of the service, or with "-" where nginx answers by itself. */
function configurationOf(
  directory: string,
  {
    port,
    servicePort,
    tls,
  }: {
    readonly port: number;
    readonly servicePort: number;
    readonly tls: (FrontCertificate & { readonly port: number }) | undefined;
  },
): string {
  const listenTls =
    tls === undefined
      ? ''
      : `listen 127.0.0.1:${tls.port} ssl http2; ssl_certificate ${tls.certificate}; ssl_certificate_key ${tls.key};`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${directory}/${kind};`)
    .join(' ');
  return `daemon off; master_process off; pid ${directory}/pid; error_log stderr crit;
events { worker_connections 2048; }
http {
  ${temporary}
  log_format passed '$upstream_status "$request"'; access_log ${directory}/passed passed;
  # Without a host Node would answer before anybody sees the request.
  map $http_host $named { "" gate.test; default $http_host; }
  upstream service { server 127.0.0.1:${servicePort} max_fails=0; keepalive 16; }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    ${listenTls}
    underscores_in_headers on; ignore_invalid_headers off;
    location / {
      proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $named; proxy_next_upstream off;
    }
  }
}
`;
}
