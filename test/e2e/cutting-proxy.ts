import { request as ask } from 'node:http';

import { listen, type Loopback } from '../upstream/loopback.ts';

/** What to cut: answers whose path ends so, after so many bytes. */
export interface Cut {
  readonly ending: string;
  readonly afterBytes: number;
}

/** Hands everything on to a server, but cuts the connection in the first answer that is meant. */
export function startCuttingProxy(target: string, { ending, afterBytes }: Cut): Promise<Loopback> {
  let isCut = false;
  return listen((request, response) => {
    const url = new URL(request.url ?? '/', target);
    const onward = ask(url, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (isCut || request.method !== 'GET' || !url.pathname.endsWith(ending)) {
        answer.pipe(response);
        return;
      }
      isCut = true;
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        response.write(Buffer.concat(chunks).subarray(0, afterBytes), () => response.destroy());
      });
    });
    request.pipe(onward);
  });
}
