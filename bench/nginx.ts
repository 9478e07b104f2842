import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from './processes.ts';

/** What nginx serves: a body that is compressed already, or a refusal. */
export interface Static {
  readonly contentType: string;
  readonly gzip?: Uint8Array;
  readonly identity: Uint8Array;
  /** Absent: 200. */
  readonly status?: number;
}

export interface Nginx extends AsyncDisposable {
  readonly pid: number;
  urlOf(served: Static): string;
}

/** Starts nginx with `gzip_static` in one process on core 0, without an access log: the cheapest that it can be. */
export async function startNginx(served: readonly Static[]): Promise<Nginx> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-bench-nginx-'));
  const port = await freePort();
  for (const [index, { gzip, identity }] of served.entries()) {
    await mkdir(join(directory, `${index}`), { recursive: true });
    await writeFile(join(directory, `${index}`, 'body'), identity);
    if (gzip !== undefined) await writeFile(join(directory, `${index}`, 'body.gz'), gzip);
  }
  await writeFile(join(directory, 'nginx.conf'), configuration(directory, port, served));
  const command = [
    'taskset',
    '-c',
    '0',
    'nginx',
    '-p',
    directory,
    '-c',
    join(directory, 'nginx.conf'),
  ];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const origin = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(origin).then(
      (answer) => answer.status === 404,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`);
    await sleep(20);
  }
  return {
    pid: child.pid ?? 0,
    urlOf: (wanted) => `${origin}/${served.indexOf(wanted)}/body`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(directory, { recursive: true });
    },
  };
}

function configuration(directory: string, port: number, served: readonly Static[]): string {
  const locations = served.map(({ contentType, status, identity }, index) => {
    const text = Buffer.from(identity)
      .toString()
      .replaceAll(/['\\$]/g, '');
    const refusal = status === undefined ? '' : `return ${status} '${text}';`;
    return `location = /${index}/body { default_type ${contentType}; ${refusal} }`;
  });
  return `daemon off; master_process off; pid ${directory}/pid; error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; gzip_static on; gzip_vary on;
  open_file_cache max=100 inactive=1h; open_file_cache_valid 1h;
  add_header cache-control "max-age=60, must-revalidate";
  types {}
  client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy; fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  server { listen 127.0.0.1:${port}; root ${directory}; location = / { return 404; } ${locations.join('\n')} }
}
`;
}
