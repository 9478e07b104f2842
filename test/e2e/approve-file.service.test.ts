import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { buildWheel } from '../fixtures/wheels.ts';
import { expectWithin } from './expectations.ts';
import { policyFor } from './policy.ts';
import type { Ran } from './run.ts';
import { type Service, startService } from './service.ts';

const POLICY = policyFor(['base >=1,<2'], {
  deny: ['{ name: banned, reason: bad }'],
  versions: 'keep: 2',
});

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({
    artifacts: [
      mitWheel({ name: 'base', version: '1.0', requiresDist: ['part'] }),
      mitWheel({ name: 'part', version: '3.0' }),
      mitWheel({ name: 'part', version: '2.0' }),
      mitWheel({ name: 'part', version: '1.0' }),
      mitWheel({ name: 'app', version: '2.1', requiresDist: ['lib >=1'], providesExtra: ['fast'] }),
      mitWheel({ name: 'app', version: '1.0', requiresDist: ['lib >=1'] }),
      mitWheel({ name: 'lib', version: '1.2' }),
      mitWheel({ name: 'lib', version: '1.1' }),
      mitWheel({ name: 'lib', version: '1.0' }),
      mitWheel({ name: 'alone', version: '4.0' }),
      buildWheel({ name: 'foreign', version: '1.0', licenseExpression: 'GPL-3.0-only' }),
      mitWheel({ name: 'banned', version: '1.0' }),
    ],
  });
  service = await startService({ upstream: index.url, policy: POLICY });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await index?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await service.writePolicy(POLICY);
});

async function approve(text: string, ...words: readonly string[]): Promise<Ran> {
  await writeFile(join(service.directory, 'requirements.txt'), text);
  return service.gatehouse('approve', '-r', 'requirements.txt', ...words);
}

/** The entries that the policy file has now. */
async function entries(): Promise<readonly string[]> {
  const text = await readFile(service.policyPath, 'utf8');
  return [...text.matchAll(/^    - (.*)$/gm)].map((match) => match[1] ?? '');
}

describe('a requirements file', () => {
  test('becomes entries in their places, and what it brings along is said with its licence', async () => {
    const ran = await approve('alone\napp>=2  # why\nbase\n');
    expect(ran.status, ran.said).toBe(0);
    expect(ran.stdout).toBe(`+ alone
+ app >=2
= base: approved already
2 added, 1 approved already
newly installable:
+ alone 4.0 (MIT)
+ app 2.1 (MIT)
+ lib 1.2, 1.1 (MIT)
`);
    expect(ran.stderr).toContain('policy.yaml:7: - alone >=4.0,<5\npolicy.yaml:8: - app >=2\n');
    expect(await entries()).toEqual(['alone >=4.0,<5', 'app >=2', 'base >=1,<2']);
    expect(await readFile(service.policyPath, 'utf8')).toContain('# What the tests ask for.');
  });

  test('of pins gets entries for what does not come along with another one', async () => {
    const ran = await approve('app==2.1 \\\n  --hash=sha256:00\nlib==1.1\nbase==1.0\npart==3.0\n');
    expect(ran.status, ran.said).toBe(0);
    expect(ran.stdout).toContain('= lib ==1.1: comes along with app\n');
    expect(await entries()).toEqual(['app >=2.1,<3', 'base >=1,<2']);
  });

  test('of an old pin gets an entry that has it, and takes nothing away', async () => {
    const ran = await approve('part==1.0\nlib==1.0\n');
    expect(ran.status, ran.said).toBe(0);
    expect(await entries()).toEqual(['base >=1,<2', 'lib ==1.0', 'part', 'part ==1.0']);
    const again = await approve('part==1.0\npart==3.0\nlib==1.0\n');
    expect(again).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^3 approved already$/m),
    });
  });

  test('includes others, relative to itself, and constraints', async () => {
    await mkdir(join(service.directory, 'more'), { recursive: true });
    await writeFile(
      join(service.directory, 'more/a.txt'),
      '-r ../requirements.txt\n-r b.txt\napp\n',
    );
    await writeFile(join(service.directory, 'more/b.txt'), 'alone\n');
    await writeFile(join(service.directory, 'limits.txt'), 'app<2\nunused==1\n');
    const ran = await approve('-r more/a.txt\n-c limits.txt\n');
    expect(ran.status, ran.said).toBe(0);
    expect(await entries()).toEqual(['alone >=4.0,<5', 'app <2', 'base >=1,<2']);
  });

  test('names each thing that cannot be approved and why, and has the rest approved', async () => {
    const ran = await approve(
      'alone\nnonesuch\nforeign\nbanned\napp>=9\nlib==7\n-e ./here\nx @ https://u:pw@files.test/x.whl\nwin; os_name == "nt"\n--pre\n',
    );
    expect(ran.status).toBe(1);
    const patterns = [
      /^\+ alone$/,
      /^! nonesuch \(requirements.txt:2\) cannot be approved: upstream has no project nonesuch$/,
      /^! foreign \(requirements.txt:3\) cannot be approved: .*GPL-3.0-only/,
      /^! banned \(requirements.txt:4\) cannot be approved: banned is denied: bad$/,
      /^! app >=9 \(requirements.txt:5\) cannot be approved: app 2.1 is out of range/,
      /^! lib ==7 \(requirements.txt:6\) cannot be approved: lib 7 does not exist/,
      /^! -e \.\/here \(requirements.txt:7\) cannot be approved: an editable install/,
      /^! x \(requirements.txt:8\) cannot be approved: an address/,
      /^- --pre \(requirements.txt:10\) is left out: an option of pip, not a requirement$/,
      /^- win ; os_name == "nt" \(requirements.txt:9\) is left out: no declared target needs it$/,
      /^1 added, 2 left out, 7 cannot be approved$/,
    ];
    const lines = ran.stdout.split('\n');
    expect(lines.slice(0, patterns.length)).toEqual(
      patterns.map((pattern) => expect.stringMatching(pattern)),
    );
    expect(ran.said).not.toContain('pw');
    expect(await entries()).toEqual(['alone >=4.0,<5', 'base >=1,<2']);
  });

  test('changes nothing with --dry-run, nor when nothing is asked for', async () => {
    const dry = await approve('alone\n', '--dry-run');
    expect(dry.status, dry.said).toBe(0);
    expect(dry.stderr).toContain('policy.yaml:7: - alone >=4.0,<5 (not written: --dry-run)\n');
    const empty = await approve('# nothing\n');
    expect(empty).toMatchObject({ status: 0, stdout: 'nothing is asked for\n' });
    expect(await readFile(service.policyPath, 'utf8')).toBe(POLICY);
  });

  test('is reported to programs with --json', async () => {
    const ran = await approve('alone\n-e .\n', '--json');
    expect(ran.status).toBe(1);
    expect(JSON.parse(ran.stdout)).toEqual({
      file: 'policy.yaml',
      written: true,
      entries: [{ line: 7, entry: '- alone >=4.0,<5' }],
      requirements: [
        { text: 'alone', place: 'requirements.txt:1', outcome: 'added' },
        {
          text: '-e .',
          place: 'requirements.txt:2',
          outcome: 'refused',
          reason: expect.any(String),
        },
      ],
      brings: [{ project: 'alone', verdict: 'approve', versions: ['4.0'], license: 'MIT' }],
    });
  });
});

test('a first entry by name says what it shuts out', async () => {
  const digest = createHash('sha256').update(POLICY).digest('hex');
  await expectWithin(10_000, async () => {
    const { policy, complete } = await service.readiness();
    return complete && policy === digest;
  });
  const ran = await service.gatehouse('approve', 'part', '==3.0', '--dry-run');
  expect(ran).toMatchObject({ status: 0, stdout: '= part 3.0 (MIT); no longer 2.0\n' });
});

test('a file that cannot be read is wrong use, and changes nothing', async () => {
  await writeFile(join(service.directory, 'uv.lock'), 'version = ');
  const ran = await service.gatehouse('approve', '-r', 'uv.lock');
  expect(ran).toMatchObject({ status: 2, stdout: '' });
  expect(ran.stderr).toContain('gatehouse: uv.lock: the lock cannot be read: it is not TOML');
  const nested = await approve('alone\n-r nowhere.txt\n');
  expect(nested).toMatchObject({ status: 2, stdout: '' });
  expect(nested.stderr).toContain('the file cannot be read: nowhere.txt');
  expect(await readFile(service.policyPath, 'utf8')).toBe(POLICY);
});
