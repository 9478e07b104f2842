import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

// A process of its own, so that nothing but the service is measured: argv is a URL and how many seconds. A few
// connections ask for the page one after another with pauses, and what each answer took is printed.
const [url = '', seconds = '3'] = process.argv.slice(2);
const CONNECTIONS = 4;
const PAUSE_MS = 4;
/** Until this program and its connections are warm, nothing is kept. */
const WARM_UP_MS = 500;
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const headers = {
  accept: 'application/vnd.pypi.simple.v1+json',
  'accept-encoding': 'gzip',
};

function ask(): Promise<number> {
  const began = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asked = request(url, { agent, headers }, (answer) => {
    answer.resume();
    answer.on('error', reject);
    answer.on('end', () => {
      if (answer.statusCode === 200) resolve(performance.now() - began);
      else reject(new Error(`${url} answered ${answer.statusCode}`));
    });
  });
  asked.on('error', reject);
  asked.end();
  return promise;
}

async function askAgainAndAgain(until: number): Promise<readonly number[]> {
  const taken: number[] = [];
  while (performance.now() < until) {
    const milliseconds = await ask();
    if (performance.now() > warm) taken.push(milliseconds);
    await sleep(PAUSE_MS);
  }
  return taken;
}

const warm = performance.now() + WARM_UP_MS;
const until = warm + Number(seconds) * 1000;
const all = await Promise.all(Array.from({ length: CONNECTIONS }, () => askAgainAndAgain(until)));
agent.destroy();
process.stdout.write(`${JSON.stringify(all.flat())}\n`);
