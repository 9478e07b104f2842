import { pino } from 'pino';
import { describe, expect, test } from 'vitest';

import { createServer } from '../../src/proxy/server.ts';
import type { FakeArtifact } from '../fakes/pages.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel, NOON, openHouse, policyText } from '../fixtures/house.ts';
import { buildWheel, type FixtureWheel } from '../fixtures/wheels.ts';

const LINUX = 'manylinux_2_28_x86_64';

function gplWheel(name: string, version: string, tags = 'py3-none-any'): FixtureWheel {
  return buildWheel({ name, version, tags, licenseExpression: 'GPL-3.0-only' });
}

function sdist(filename: string): FakeArtifact {
  return { filename, bytes: Buffer.from(filename) };
}

type Mode = 'explain' | 'strict' | 'hide';

/** What a page lists of a project in each mode: `file` as it is, `file!` refused, `file~` refused and yanked. */
interface World {
  readonly what: string;
  readonly artifacts: readonly FakeArtifact[];
  readonly allow?: string;
  /** What is written otherwise in the policy. */
  readonly policy?: Readonly<Record<string, string>>;
  readonly lists: Readonly<Record<Mode, readonly string[]>>;
}

/** Nothing is approved: clients must choose a refused file to print its reason. */
function open(...files: readonly string[]): World['lists'] {
  return { explain: files, strict: files, hide: [] };
}

const OK = mitWheel({ name: 'frog', version: '1.0' });
const OK_FILE = 'frog-1.0-py3-none-any.whl';
const TOMBSTONE = 'frog-0+not.approved.by.policy-py3-none-any.whl!';

function besideApproved(...refused: readonly string[]): World['lists'] {
  return {
    explain: [OK_FILE, ...refused.map((file) => `${file}~`)],
    strict: [OK_FILE, ...refused.map((file) => `${file}!`)],
    hide: [OK_FILE],
  };
}

const WORLDS: readonly World[] = [
  {
    what: 'a version with nothing approved, and one wheel for all targets',
    artifacts: [OK, gplWheel('frog', '2.0')],
    lists: besideApproved('frog-2.0-py3-none-any.whl'),
  },
  {
    what: 'a version with nothing approved, and a wheel for each target',
    artifacts: [
      OK,
      gplWheel('frog', '2.0', `cp311-cp311-${LINUX}`),
      gplWheel('frog', '2.0', `cp312-cp312-${LINUX}`),
      gplWheel('frog', '2.0', 'cp312-cp312-win_amd64'),
      gplWheel('frog', '2.0', `cp313-cp313-${LINUX}`),
      sdist('frog-2.0.tar.gz'),
    ],
    lists: besideApproved(`frog-2.0-cp311-cp311-${LINUX}.whl`, `frog-2.0-cp312-cp312-${LINUX}.whl`),
  },
  {
    what: 'a version with one refused wheel that two targets share, and another for one',
    artifacts: [
      OK,
      gplWheel('frog', '2.0', `cp311-abi3-${LINUX}`),
      gplWheel('frog', '2.0', 'py2-none-any'),
    ],
    lists: besideApproved(`frog-2.0-cp311-abi3-${LINUX}.whl`),
  },
  {
    what: 'a partly approved version: only where nothing is approved',
    artifacts: [
      mitWheel({ name: 'frog', version: '1.0', tags: `cp311-cp311-${LINUX}` }),
      gplWheel('frog', '1.0', `cp312-cp312-${LINUX}`),
      gplWheel('frog', '1.0', `cp311-abi3-manylinux_2_17_x86_64`),
    ],
    lists: {
      explain: [
        `frog-1.0-cp311-abi3-manylinux_2_17_x86_64.whl~`,
        `frog-1.0-cp311-cp311-${LINUX}.whl`,
      ],
      strict: [
        `frog-1.0-cp311-abi3-manylinux_2_17_x86_64.whl!`,
        `frog-1.0-cp311-cp311-${LINUX}.whl`,
      ],
      hide: [`frog-1.0-cp311-cp311-${LINUX}.whl`],
    },
  },
  {
    what: 'a version that is approved everywhere: nothing of it is refused for show',
    artifacts: [OK, gplWheel('frog', '1.0', `cp312-cp312-${LINUX}`), sdist('frog-1.0.tar.gz')],
    lists: besideApproved(),
  },
  {
    what: 'an sdist stands only for a version without a wheel',
    artifacts: [OK, sdist('frog-2.0.tar.gz'), sdist('frog-3.0.tar.gz'), gplWheel('frog', '3.0')],
    lists: besideApproved('frog-2.0.tar.gz', 'frog-3.0-py3-none-any.whl'),
  },
  {
    what: 'a project of which every version was yanked upstream',
    artifacts: [
      { ...mitWheel({ name: 'frog', version: '1.0' }), yanked: 'broken' },
      { ...mitWheel({ name: 'frog', version: '2.0' }), yanked: '' },
    ],
    lists: open('frog-1.0-py3-none-any.whl!', 'frog-2.0-py3-none-any.whl!'),
  },
  {
    what: 'a version that upstream yanked stays yanked, or strict would fail where upstream does not',
    artifacts: [OK, { ...mitWheel({ name: 'frog', version: '2.0' }), yanked: 'broken' }],
    lists: {
      explain: [OK_FILE, 'frog-2.0-py3-none-any.whl~'],
      strict: [OK_FILE, 'frog-2.0-py3-none-any.whl~'],
      hide: [OK_FILE],
    },
  },
  {
    what: 'a project with nothing approved, of which upstream yanked the newest: the other says why',
    artifacts: [
      gplWheel('frog', '1.0'),
      { ...mitWheel({ name: 'frog', version: '2.0' }), yanked: 'broken' },
    ],
    lists: open('frog-1.0-py3-none-any.whl!', 'frog-2.0-py3-none-any.whl~'),
  },
  {
    what: 'a project with nothing approved, of which upstream yanked all but a pre-release',
    artifacts: [
      { ...mitWheel({ name: 'frog', version: '1.0' }), yanked: 'broken' },
      mitWheel({ name: 'frog', version: '2.0rc1' }),
    ],
    lists: open('frog-1.0-py3-none-any.whl!', 'frog-2.0rc1-py3-none-any.whl!'),
  },
  {
    what: 'a refused pre-release beside an approved version',
    artifacts: [OK, mitWheel({ name: 'frog', version: '2.0rc1' })],
    lists: besideApproved('frog-2.0rc1-py3-none-any.whl'),
  },
  {
    what: 'a project with pre-releases only',
    artifacts: [
      mitWheel({ name: 'frog', version: '1.0rc1' }),
      mitWheel({ name: 'frog', version: '1.0.dev3' }),
    ],
    lists: open('frog-1.0.dev3-py3-none-any.whl!', 'frog-1.0rc1-py3-none-any.whl!'),
  },
  {
    what: 'a project with nothing approved: of each version what a client would choose',
    artifacts: [
      gplWheel('frog', '1.0'),
      gplWheel('frog', '2.0', `cp312-cp312-${LINUX}`),
      gplWheel('frog', '2.0', 'cp312-cp312-win_amd64'),
      sdist('frog-2.0.tar.gz'),
      sdist('frog-3.0.tar.gz'),
    ],
    lists: open(
      'frog-1.0-py3-none-any.whl!',
      `frog-2.0-cp312-cp312-${LINUX}.whl!`,
      'frog-3.0.tar.gz!',
    ),
  },
  {
    what: 'a project that no target can use',
    artifacts: [mitWheel({ name: 'frog', version: '1.0', tags: 'cp312-cp312-win_amd64' })],
    lists: open(TOMBSTONE),
  },
  {
    what: 'a name that upstream does not know',
    artifacts: [],
    lists: open(TOMBSTONE),
  },
  {
    what: 'a name that upstream knows and nobody asked for',
    artifacts: [OK],
    allow: 'pond',
    lists: open('frog-1.0-py3-none-any.whl!'),
  },
  {
    what: 'an entry whose name upstream knows, with artifacts whose names say nothing',
    artifacts: [{ ...sdist('frog-what.exe'), project: 'frog' }],
    lists: open(TOMBSTONE),
  },
  {
    what: 'a denied name',
    artifacts: [OK],
    policy: { 'packages:': 'packages:\n  deny: [{ name: frog, reason: slippery }]' },
    lists: open(TOMBSTONE),
  },
  {
    what: 'a name that another source claims, which has no address here',
    artifacts: [OK],
    policy: { 'kind: pypi }': 'kind: pypi }, ours: { kind: pypi, claims: [frog] }' },
    lists: open(TOMBSTONE),
  },
];

interface Page {
  readonly versions: readonly string[];
  readonly files: readonly {
    readonly filename: string;
    readonly url: string;
    readonly yanked?: string;
  }[];
}

describe.each(WORLDS)('$what', ({ artifacts, allow = 'frog', policy: changes = {}, lists }) => {
  test.each(['explain', 'strict', 'hide'] as const)('is listed by mode %s', async (mode) => {
    await using index = await startFakeIndex({ artifacts });
    const policy = Object.entries({ '["3.12"]': '["3.11", "3.12"]', ...changes }).reduce(
      (text, [from, to]) => text.replace(from, to),
      policyText([allow], `denials: { show: ${mode} }\n`),
    );
    await using house = await openHouse({ index, policy });
    await house.walked();
    const app = createServer({
      mirror: house.mirror,
      record: () => {},
      clock: () => NOON,
      log: pino({ level: 'silent' }),
      publicUrl: 'https://gate.test',
      policyProblems: () => [],
    });
    const url = '/pypi/simple/frog/';
    const answer = await app.inject({
      url,
      headers: { accept: 'application/vnd.pypi.simple.v1+json' },
    });
    expect(answer.statusCode).toBe(200);
    const page = answer.json<Page>();
    const listed: string[] = [];
    for (const { filename, url: relative, yanked } of page.files) {
      const file = await app.inject(new URL(relative, `http://gate.test${url}`).pathname);
      // Listed without being refused, if and only if the bytes come.
      const refused = yanked === undefined ? '!' : '~';
      listed.push(`${filename}${file.statusCode === 403 ? refused : ''}`);
      expect([200, 403]).toContain(file.statusCode);
      // What a client prints of a yank is what it prints of the file.
      const said = file.headers['x-error-message'];
      expect(file.statusMessage).toBe(yanked ?? said ?? 'OK');
    }
    expect(listed).toEqual(lists[mode]);
    for (const { yanked } of page.files)
      expect(yanked ?? '/why/pypi/frog/').toContain('/why/pypi/frog/');

    // The HTML form lists the same, and nothing else anywhere names what is hidden.
    const { body: html } = await app.inject({ url, headers: { accept: 'text/html' } });
    const anchors = [...html.matchAll(/<a [^>]*>([^<]*)<\/a>/g)].map(([, name]) => name);
    expect(anchors).toEqual(page.files.map(({ filename }) => filename));
    const versions = new Set(
      page.files.map(({ filename }) => filename.split('-')[1]?.replace('.tar.gz', '')),
    );
    expect(page.versions).toEqual([...versions]);
    const root = (await app.inject('/pypi/simple/')).body;
    const isApproved = lists[mode].some((file) => !/[~!]$/.test(file));
    expect(root.includes('>frog<')).toBe(isApproved);
    const api = (await app.inject('/pypi/pypi/frog/json')).json<{
      readonly releases: Readonly<Record<string, readonly unknown[]>>;
    }>();
    const approved = lists[mode].filter((file) => !/[~!]$/.test(file));
    expect(Object.values(api.releases).flat()).toHaveLength(approved.length);
    if (mode !== 'hide') return;
    // A file that no page names is refused with its reason all the same.
    for (const artifact of artifacts) {
      if (!('sha256' in artifact) || approved.includes(artifact.filename)) continue;
      const file = await app.inject(`/pypi/files/frog/${artifact.sha256}/${artifact.filename}`);
      expect(file.statusCode).toBe(403);
      expect(file.json()).toMatchObject({ status: 403, findings: [expect.anything()] });
    }
  });
});
