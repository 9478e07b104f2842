import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { isArtifactFilename } from '../../src/ecosystems/pypi/filenames.ts';
import { createServer } from '../../src/proxy/server.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import {
  HIDDEN,
  type HostileGroup,
  type HostileRequest,
  SECRET,
} from '../fixtures/hostile-request.ts';
import { hostileGroups } from '../fixtures/hostile-requests.ts';
import { NOON, mitWheel, openHouse as openWholeHouse, policyText } from '../fixtures/house.ts';
import { findNginx, type Front, startFront } from './front.ts';
import { DENIED, EXPLANATION, FOO, WHEEL, approved, entry, openHouse } from './house.ts';
import { exchange, get, listen, statuses } from './raw.ts';

const CONCURRENT = 64;

const house = openHouse({
  page: (project) => ({ project, entries: [entry()] }),
  open: ({ filename }) =>
    filename === WHEEL
      ? approved('abcdefghijkl')
      : { kind: 'refused', ecosystem: 'pypi', project: FOO, findings: [DENIED] },
  explain: () => EXPLANATION,
});
/** Methods and targets that the parser of the service let pass. */
const seen: string[] = [];
/** How often it did not. */
let unreadable = 0;
let port = 0;

beforeAll(async () => {
  house.app.server.on('request', ({ method, url }) => seen.push(`${method} ${url}`));
  house.app.server.on('clientError', () => (unreadable += 1));
  port = await listen(house.app);
});

afterAll(() => house.app.close());

beforeEach(() => {
  for (const list of [seen, house.asked, house.lines, house.log, house.logText]) list.length = 0;
  unreadable = 0;
});

interface Exchanged {
  readonly request: HostileRequest;
  readonly received: string;
}

async function sendAll(to: number, { requests }: HostileGroup): Promise<readonly Exchanged[]> {
  const waiting = [...requests];
  const exchanged: Exchanged[] = [];
  async function sendNext(): Promise<void> {
    for (let request = waiting.pop(); request !== undefined; request = waiting.pop()) {
      const silence = request.leads === 'unfinished' ? 300 : 3000;
      exchanged.push({
        request,
        received: await exchange(to, request.bytes, { silenceMs: silence, restMs: 150 }),
      });
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT }, sendNext));
  return exchanged;
}

const REFUSED = [301, 400, 404, 405, 408, 417, 431];
const ANSWERED = [...REFUSED, 200, 206, 304, 403, 406, 416];
/** What the service says of itself; any other header would be one that a request has slipped in. */
const HEADERS = ['accept-ranges', 'allow', 'cache-control', 'connection', 'content-encoding']
  .concat(['content-length', 'content-range', 'content-security-policy', 'content-type', 'date'])
  .concat(['etag', 'keep-alive', 'last-modified', 'location', 'referrer-policy', 'retry-after'])
  .concat(['transfer-encoding', 'vary', 'x-content-type-options', 'x-error-message'])
  .concat(['x-pypi-last-serial']);

/** What is wrong with the answer to one request, as far as the caller sees it. */
function complaints({ request, received }: Exchanged, allowed: readonly number[]): string[] {
  const [first, ...more] = statuses(received).filter((status) => status !== 100);
  const isSilent = first === undefined;
  return [
    ...(isSilent && request.leads !== 'unfinished' ? ['no answer'] : []),
    ...(isSilent || allowed.includes(first) ? [] : [`status ${first}`]),
    ...(more.every((status) => [400, 408, 431].includes(status)) ? [] : [`then ${more.join()}`]),
    ...(received.includes(SECRET) ? ['tells the secret'] : []),
    ...(received.includes(process.cwd()) ? ['tells a path'] : []),
    ...(/node_modules|\n {4}at |root:x:/.test(received) ? ['tells of the inside'] : []),
  ];
}

/** The same, of answers that come from the service itself. */
function ownComplaints({ received }: Exchanged): readonly string[] {
  const [head = '', ...rest] = received
    .replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
    .split('\r\n\r\n');
  const [start = '', ...headers] = head.split('\r\n');
  const status = Number(start.split(' ')[1]);
  const strange = headers.filter(
    (line) =>
      !/^[\w-]+: [ -~]*$/.test(line) || !HEADERS.includes(line.split(':')[0]?.toLowerCase() ?? ''),
  );
  const isProblem = head.includes('\r\ncontent-type: application/problem+json\r\n');
  return [
    ...strange.map((line) => `header ${JSON.stringify(line)}`),
    ...(/evil/i.test(head.replaceAll(/\r\nlocation: [^?\r]*\?[^\r]*/g, '')) ? ['names evil'] : []),
    // Node itself answers 400 without a Host and 417 to expectations, with nothing as the body.
    ...(status >= 400 && !isProblem && rest[0] !== '0' ? [`${status} without a problem`] : []),
    ...(isProblem && rest[0] !== '' && !rest[0]?.includes(`"status":${status}`)
      ? [`a problem that is not ${status}`]
      : []),
  ];
}

/** What the mirror was asked that no well-formed name explains. */
function oddQuestions(allowed: boolean): readonly string[] {
  return house.asked
    .filter(([question, wanted]) => {
      if (!allowed) return true;
      if (['projects', 'decisions'].includes(question)) return false;
      return !isWellFormed(wanted);
    })
    .map((question) => JSON.stringify(question));
}

function isWellFormed(wanted: unknown): boolean {
  const { project, filename } =
    typeof wanted === 'object' && wanted !== null
      ? { project: undefined, filename: undefined, ...wanted }
      : { project: wanted, filename: undefined };
  if (typeof wanted === 'number' || wanted === 'entries') return true;
  return (
    project === FOO &&
    (filename === undefined || (typeof filename === 'string' && isArtifactFilename(filename)))
  );
}

/** Lines of either log that tell a secret, could be read as two, or are more than there were requests. */
function oddLines(): readonly string[] {
  const texts = [...house.logText, ...house.lines.map((line) => JSON.stringify(line))];
  const refused = house.lines.filter(({ status }) => status === 403);
  const opened = house.asked.filter(([question]) => question.startsWith('open'));
  const files = house.lines.filter(({ kind }) => kind !== 'page');
  return [
    ...texts.filter((text) => /\p{Cc}/u.test(text.trimEnd()) || text.includes(SECRET)),
    ...(house.lines.length > seen.length ? ['more access lines than requests'] : []),
    ...(house.log.length === refused.length ? [] : ['not one log line for each refusal']),
    ...(files.length === opened.length ? [] : ['not one access line for each file']),
  ];
}

async function serves(to: number): Promise<boolean> {
  return statuses(await exchange(to, get('/pypi/simple/foo/')))[0] === 200;
}

const groups = hostileGroups();
const total = groups.reduce((sum, { requests }) => sum + requests.length, 0);

test('there are more than 2,000 hostile requests, no two of them alike', () => {
  expect(total).toBeGreaterThan(2000);
  for (const { name, requests } of groups) {
    const bytes = requests.map((request) => request.bytes.toString('latin1'));
    expect([name, bytes.filter((text, index) => bytes.indexOf(text) !== index)]).toEqual([
      name,
      [],
    ]);
  }
});

describe('a service that hostile requests reach directly', () => {
  test.each(groups.map((group) => [group.name, group.requests.length, group] as const))(
    'refuses %s (%i)',
    async (_, count, group) => {
      const exchanged = await sendAll(port, group);
      const odd = exchanged.flatMap((one) =>
        [
          ...complaints(one, one.request.leads === 'somewhere' ? ANSWERED : REFUSED),
          ...ownComplaints(one),
        ].map((complaint) => `${complaint}: ${one.request.what}`),
      );
      expect(odd).toEqual([]);
      expect(exchanged).toHaveLength(count);
      expect(seen.filter((target) => target.includes(HIDDEN))).toEqual([]);
      expect(oddQuestions(group.requests.some(({ leads }) => leads === 'somewhere'))).toEqual([]);
      expect(oddLines()).toEqual([]);
      expect(await serves(port)).toBe(true);
    },
  );

  test.each(['~', '*', '"', '<b>', '`', '${x}', 'a;b', 'a..', "'"])(
    'writes one line of each log when the name %s is refused',
    async (name) => {
      const target = `/pypi/files/foo/${'ab'.repeat(32)}/${name}`;
      expect(statuses(await exchange(port, get(target)))).toEqual([403]);
      expect([house.lines.length, house.logText.length]).toEqual([1, 1]);
      expect(oddLines()).toEqual([]);
    },
  );
});

describe('a whole mirror', () => {
  test('asks neither store nor upstream about what leads nowhere', async () => {
    const wheel = mitWheel({ name: 'foo', version: '1.0' });
    await using index = await startFakeIndex({ artifacts: [wheel] });
    const calls: string[] = [];
    await using whole = await openWholeHouse({
      index,
      policy: policyText(['foo']),
      store: countCalls(openMemoryStore(), calls),
    });
    await whole.walked();
    const app = createServer({
      mirror: whole.mirror,
      record: () => {},
      clock: () => NOON,
      log: pino({ level: 'silent' }),
      publicUrl: 'https://gate.test',
      policyProblems: () => [],
    });
    const wholePort = await listen(app);
    // Pages and decisions are in memory after this.
    expect(await serves(wholePort)).toBe(true);
    index.forgetRequests();
    calls.length = 0;
    const requests = groups.flatMap((group) =>
      group.requests.filter(({ leads }) => leads === 'nowhere'),
    );
    expect(await sendAll(wholePort, { name: 'all', requests })).toHaveLength(requests.length);
    // The mirror itself looks from time to time whether the head of the ledger has moved.
    expect(calls.filter((name) => name !== 'readPointer')).toEqual([]);
    expect(index.requests).toEqual([]);
    expect(await serves(wholePort)).toBe(true);
    await app.close();
  });
});

function countCalls(store: ObjectStore, calls: string[]): ObjectStore {
  return new Proxy(store, {
    get(target, name) {
      calls.push(String(name));
      return Reflect.get(target, name);
    },
  });
}

const nginx = findNginx();
if (nginx === undefined)
  console.log('skipped: hostile requests through nginx (it is not installed)');

describe.skipIf(nginx === undefined)('a service with nginx in front', () => {
  let front: Front | undefined;

  beforeAll(async () => {
    front = await startFront(nginx ?? '', port);
  });

  afterAll(() => front?.[Symbol.asyncDispose]());

  // nginx has statuses of its own: 413 and 414 for sizes, 501 for codings, 505 for versions, 502 where it got no answer.
  const OWN = [413, 414, 501, 505];

  test.each(groups.map((group) => [group.name, group.requests.length, group] as const))(
    'sees no request that nginx did not pass on: %s (%i)',
    async (_, count, group) => {
      if (front === undefined) throw new Error('no nginx');
      const { port: frontPort, passedOn } = front;
      const before = await passedOn();
      const exchanged = await sendAll(frontPort, group);
      const odd = exchanged.flatMap((one) =>
        complaints(one, [...ANSWERED, ...OWN]).map((text) => `${text}: ${one.request.what}`),
      );
      expect(odd).toEqual([]);
      expect(exchanged).toHaveLength(count);
      expect(seen.filter((target) => target.includes(HIDDEN))).toEqual([]);
      expect(oddQuestions(true)).toEqual([]);
      expect(oddLines()).toEqual([]);
      expect(await serves(frontPort)).toBe(true);
      // Of what is cut short nginx writes its line a little later.
      await expect
        .poll(async () => (await passedOn()) - before, { timeout: 5000 })
        .toBe(seen.length + unreadable);
    },
  );
});
