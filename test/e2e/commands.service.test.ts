import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel } from '../fixtures/house.ts';
import { expectSuccess, expectWithin } from './expectations.ts';
import { policyFor } from './policy.ts';
import { type Service, startService } from './service.ts';

const LIB = mitWheel({ name: 'lib', version: '1.0' });
const POLICY = policyFor(['app >=1,<2', 'spoilt']);

let index: FakeIndex;
let service: Service;

beforeAll(async () => {
  index = await startFakeIndex({
    artifacts: [
      mitWheel({ name: 'app', version: '1.0', requiresDist: ['lib'] }),
      mitWheel({ name: 'app', version: '2.0', requiresDist: ['lib'] }),
      LIB,
      mitWheel({ name: 'other', version: '1.0', requiresDist: ['leaf'] }),
      mitWheel({ name: 'leaf', version: '1.0' }),
      mitWheel({ name: 'alone', version: '1.0' }),
      mitWheel({ name: 'spoilt', version: '1.0' }),
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

describe('wrong use ends with status 2 and says how to use it', () => {
  test.for([
    ['nonsense', [], 'no such command: nonsense'],
    ['check', ['--what'], 'usage: gatehouse check [FILE] [--json]'],
    ['explain', [], 'usage: gatehouse explain NAME[==VERSION] [--json]'],
    ['explain', ['forge::app'], 'the policy has no channel forge\nhint: its channels are: none'],
    [
      'approve',
      ['app>=1'],
      'a name and a range are two words, got: app>=1\nhint: write approve app',
    ],
    ['approve', ['forge:app'], 'not a project name: "forge:app"\nhint: a conda package is written'],
    [
      'approve',
      [],
      'usage: gatehouse approve NAME [RANGE] | --requirement FILE [--dry-run] [--json]',
    ],
    ['approve', ['app', '-r', 'r.txt'], 'usage: gatehouse approve NAME [RANGE] | --requirement'],
    ['approve', ['-r', 'nowhere.txt'], 'the file cannot be read: nowhere.txt'],
    ['approve', ['-r', 'policy.yaml'], 'not a requirements file or a lock: policy.yaml'],
    ['check', ['--dry-run'], 'usage: gatehouse check [FILE] [--json]'],
    ['client-config', [], 'usage: gatehouse client-config --for pip|uv|poetry|pdm|pipenv|jupyter'],
    ['client-config', ['--for', 'easy_install'], 'usage: gatehouse client-config --for pip|uv'],
    ['client-config', ['--for', 'pip', '--url', 'here'], '--url: got here, expected an http'],
    ['revoke', ['app==1.0'], 'usage: gatehouse revoke SHA256|[CHANNEL::]NAME==VERSION --reason'],
    [
      'revoke',
      ['app', '--reason', 'bad'],
      'usage: gatehouse revoke SHA256|[CHANNEL::]NAME==VERSION',
    ],
  ] as const)('%s %j', async ([verb, words, message]) => {
    const ran = await service.gatehouse(verb, ...words);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain(`gatehouse: ${message}`);
  });
});

describe('check', () => {
  test('says in numbers what a right file approves', async () => {
    const ran = await service.gatehouse('check');
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^policy\.yaml: fine\. It approves 2 projects and what they need/);
  });

  test('names the place of each mistake in another file', async () => {
    const text = `${policyFor(['app >=1,<'])}nonsense: 1\n`;
    await writeFile(join(service.directory, 'broken.yaml'), text);
    const ran = await service.gatehouse('check', 'broken.yaml');
    expect(ran).toMatchObject({ status: 1, stderr: '' });
    expect(ran.stdout.split('\n')).toEqual([
      expect.stringMatching(/^broken\.yaml:7:7: .*">=1,<"$/),
      expect.stringMatching(/^broken\.yaml:12:1: a policy has no key nonsense; its keys are /),
      'broken.yaml: cannot be used',
      '',
    ]);
    const json = await service.gatehouse('check', 'broken.yaml', '--json');
    expect(json).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      file: 'broken.yaml',
      problems: [
        { line: 7, column: 7, message: expect.any(String) },
        { line: 12, column: 1, message: expect.any(String), hint: expect.any(String) },
      ],
    });
  });

  test('says which file is missing', async () => {
    const ran = await service.gatehouse('check', 'nowhere.yaml');
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toBe('gatehouse: the file cannot be read: nowhere.yaml\n');
  });
});

describe('explain', () => {
  test.for([
    ['app==1.0', 0, 'app 1.0: approved'],
    ['app==2.0', 1, 'app 2.0: refused'],
    ['lib', 0, 'lib: approved'],
    ['other', 1, 'other: refused'],
    ['nonesuch', 1, 'nonesuch: refused'],
  ] as const)('%s ends with status %i', async ([asked, status, firstLine]) => {
    const ran = await service.gatehouse('explain', asked);
    expect(ran).toMatchObject({ status, stderr: '' });
    expect(ran.stdout.split('\n')[0]).toBe(firstLine);
  });

  test('gives the line that decided, and what to do', async () => {
    const { stdout } = await service.gatehouse('explain', 'app==2.0');
    expect(stdout).toMatch(/deny version\/out-of-range \(policy\.yaml:7:7\)/);
    expect(stdout).toContain('packages.allow has app >=1,<2');
    expect(stdout).toContain('npm run -s gatehouse -- approve app');
    expect(stdout).toContain('nearest approved version: 1.0');
  });

  test.for(['app==1.0', 'app==2.0', 'other'])(
    '--json of %s has the shape of /why',
    async (asked) => {
      const { stdout } = await service.gatehouse('explain', asked, '--json');
      const address = `${service.url}/why/pypi/${asked.replace('==', '/')}?format=json`;
      const why: unknown = await (await fetch(address)).json();
      expect(why).toEqual(JSON.parse(stdout));
    },
  );
});

describe('approve', () => {
  test('writes the line in its place, keeps comments, and says what comes along', async () => {
    const ran = await service.gatehouse('approve', 'Other', '>=1');
    expectSuccess(ran);
    expect(ran.stdout).toBe('+ other 1.0 (MIT)\n+ leaf 1.0 (MIT)\n');
    expect(ran.stderr).toContain('policy.yaml:8: - other >=1\n');
    const text = await readFile(service.policyPath, 'utf8');
    expect(text).toBe(POLICY.replace('    - spoilt\n', '    - other >=1\n    - spoilt\n'));
    expect(text).toContain('# What the tests ask for.');
    await expectWithin(5000, () => isApproved('other'));
  });

  test('--json gives file, line, what comes along and what of it was approved before', async () => {
    await inForce();
    const ran = await service.gatehouse('approve', 'alone', '--json');
    expectSuccess(ran);
    expect(JSON.parse(ran.stdout)).toEqual({
      file: 'policy.yaml',
      line: 7,
      written: true,
      brings: [
        { project: 'alone', verdict: 'approve', versions: ['1.0'], license: 'MIT', before: [] },
      ],
    });
  });

  // The catalogue that the store holds is of the policy before, and has a part of the project already.
  test('gives a project a further range, and leaves a file as it is that has the line', async () => {
    await inForce();
    const wider = await service.gatehouse('approve', 'app', '>=1,<3');
    expectSuccess(wider);
    expect(wider.stdout).toBe('+ app 2.0 (MIT), besides 1.0\n= lib 1.0 (MIT)\n');
    const text = await readFile(service.policyPath, 'utf8');
    expect(text).toBe(POLICY.replace('    - app >=1,<2\n', '    - app >=1,<2\n    - app >=1,<3\n'));
    expectSuccess(await service.gatehouse('approve', 'app', '>=1,<3'));
    expect(await readFile(service.policyPath, 'utf8')).toBe(text);
  });

  test('of a new project without a range writes one that ends before the next major', async () => {
    expectSuccess(await service.gatehouse('approve', 'alone'));
    const text = await readFile(service.policyPath, 'utf8');
    expect(text).toContain('    - alone >=1.0,<2\n');
  });

  test('writes nothing where nothing would be approved, nor for --dry-run', async () => {
    const missing = await service.gatehouse('approve', 'ap');
    expect(missing.status).toBe(1);
    expect(missing.stdout).toContain('nothing written');
    expect(missing.stdout).toContain('upstream has no project ap');
    const dry = await service.gatehouse('approve', 'alone', '--dry-run');
    expectSuccess(dry);
    expect(dry.stderr).toContain('- alone >=1.0,<2 (not written: --dry-run)');
    expect(await readFile(service.policyPath, 'utf8')).toBe(POLICY);
  });

  test('does not touch the file for a range that is none', async () => {
    const ran = await service.gatehouse('approve', 'other', '>=1,<');
    expect(ran.status).not.toBe(0);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain('>=1,<');
    expect(await readFile(service.policyPath, 'utf8')).toBe(POLICY);
  });
});

describe('client-config', () => {
  test('prints the file to stdout, and where it goes and what to know to stderr', async () => {
    const ran = await service.gatehouse('client-config', '--for', 'uv');
    expectSuccess(ran);
    expect(ran.stdout).toBe(`[[index]]\nurl = "${service.indexUrl}"\ndefault = true\n`);
    expect(ran.stderr).toMatch(/^~\/\.config\/uv\/uv\.toml:\n# /);
  });

  test.for(['https://gate.test', 'https://gate.test/', 'https://gate.test/pypi/simple'])(
    'takes another address, %s',
    async (url) => {
      const ran = await service.gatehouse('client-config', '--for=uv', '--env', `--url=${url}`);
      expect(ran).toMatchObject({
        status: 0,
        stdout: 'export UV_DEFAULT_INDEX=https://gate.test/pypi/simple/\n',
        stderr: '',
      });
    },
  );

  test('--json gives all of it', async () => {
    const { stdout } = await service.gatehouse('client-config', '--for', 'pipenv', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      client: 'pipenv',
      index: service.indexUrl,
      path: 'Pipfile',
      content: expect.stringContaining('[[source]]'),
      environment: { PIPENV_PYPI_MIRROR: service.indexUrl },
    });
  });

  test('says that poetry has no variables', async () => {
    const ran = await service.gatehouse('client-config', '--for', 'poetry', '--env');
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toContain('poetry reads no variable that names its index');
  });
});

describe('warm', () => {
  test('admits what is approved, and says what it could not', async () => {
    index.fault({ kind: 'flip-bit-first-mb', match: /spoilt-1\.0-.*\.whl$/ });
    const first = await service.gatehouse('warm', '--json');
    expect(first.status).toBe(1);
    expect(JSON.parse(first.stdout)).toMatchObject({
      admitted: 1,
      present: 0,
      failed: 1,
      outcomes: [
        { filename: 'app-1.0-py3-none-any.whl', outcome: 'admitted' },
        { filename: 'spoilt-1.0-py3-none-any.whl', outcome: 'failed', reason: expect.any(String) },
      ],
    });
    index.clearFaults();
    const second = await service.gatehouse('warm');
    expect(second).toMatchObject({ status: 0, stdout: '1 admitted, 1 present, 0 failed\n' });
    expect(second.stderr).toContain('present app-1.0-py3-none-any.whl\n');
    expect(second.stderr).toContain('admitted spoilt-1.0-py3-none-any.whl\n');
  });
});

describe('revoke', () => {
  test('by release and by bytes, once each', async () => {
    const release = await service.gatehouse('revoke', 'App==1.0.0', '--reason', 'bad', '--json');
    expectSuccess(release);
    expect(JSON.parse(release.stdout)).toMatchObject({
      revocation: {
        what: { kind: 'release', project: 'app' },
        reason: 'bad',
        actor: expect.any(String),
      },
      inForce: 1,
    });
    const bytes = await service.gatehouse(
      'revoke',
      LIB.sha256.toUpperCase(),
      '--reason',
      'worse',
      '--json',
    );
    expectSuccess(bytes);
    expect(JSON.parse(bytes.stdout)).toMatchObject({
      revocation: { what: { kind: 'bytes', sha256: LIB.sha256 }, reason: 'worse' },
      inForce: 2,
    });
    const typo = await service.gatehouse('revoke', 'app==9', '--reason', 'typed wrong');
    expect(typo.status).toBe(1);
    expect(typo.stdout).toContain('check the spelling');
    const again = await service.gatehouse('revoke', LIB.sha256, '--reason', 'again', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ inForce: 3 });
    const { status, stdout } = await service.gatehouse('explain', 'app==1.0');
    expect(status).toBe(1);
    expect(stdout).toContain('deny revoked/release');
  });
});

/** Resolves when the server has decided by the policy that each test begins with. */
async function inForce(): Promise<void> {
  const digest = createHash('sha256').update(POLICY).digest('hex');
  await expectWithin(10_000, async () => {
    const { policy, complete } = await service.readiness();
    return complete && policy === digest;
  });
}

async function isApproved(project: string): Promise<boolean> {
  const why = await fetch(`${service.url}/why/pypi/${project}?format=json`);
  return (await why.text()).includes('"verdict":"approve"');
}
