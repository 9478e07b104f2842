import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Interpreter } from '../../src/trial/interpreter.ts';
import { openSandbox } from '../../src/trial/run-trial.ts';
import { findSandbox, HOST, SMALL, tryWheel } from './sandboxes.ts';

const sandbox = await findSandbox();
if (typeof sandbox === 'string') process.stderr.write(`skipped, trials: ${sandbox}\n`);

const CLEAN = { wrote: [], executed: [], connected: [], imports: [] };

function member(code: string): { readonly extraMembers: Readonly<Record<string, string>> } {
  return { extraMembers: { 'probed/__init__.py': `${code}\n` } };
}

describe.skipIf(typeof sandbox === 'string')('in the sandbox of this host', () => {
  if (typeof sandbox === 'string') return;

  test('a clean wheel is installed and imported, and nothing is seen', async () => {
    const report = await tryWheel(sandbox, {});
    expect(report).toEqual({ ...CLEAN, probe: 1, python: expect.stringMatching(/^3\.\d+\.\d+/) });
  });

  test('temporary files and caches are nobody’s business', async () => {
    const code = `import os, tempfile
with tempfile.TemporaryFile() as one: one.write(b"1")
os.makedirs(os.path.expanduser("~/.cache/probed"))
open(os.path.expanduser("~/.cache/probed/x"), "w").close()`;
    expect(await tryWheel(sandbox, member(code))).toMatchObject(CLEAN);
  });

  test('what a start-up file writes, runs and connects to is seen', async () => {
    const lines = [
      'import os; open("/tmp/pwned", "w").write("1")',
      'import subprocess; subprocess.run(["/bin/true"])',
      'import socket; s = socket.socket(); s.connect_ex(("192.0.2.1", 443))',
    ];
    const report = await tryWheel(sandbox, { extraMembers: { 'probed.pth': lines.join('\n') } });
    expect(report).toMatchObject({
      wrote: ['open: /tmp/pwned', 'left: /tmp/pwned'],
      executed: ["subprocess.Popen: ['/bin/true']"],
      connected: ["socket.connect: ('192.0.2.1', 443)"],
      imports: [],
    });
  });

  test('what is written behind the hook’s back is found where it was left', async () => {
    const code = `import ctypes
libc = ctypes.CDLL(None)
libc.creat(b"/trial/home/.bashrc", 0o644)`;
    const report = await tryWheel(sandbox, member(code));
    expect(report.wrote).toEqual(['left: /trial/home/.bashrc']);
  });

  test('a module that fails is named with the last line of its error', async () => {
    const report = await tryWheel(sandbox, member('import nowhere_to_be_found'));
    expect(report.imports).toEqual([
      { module: 'probed', error: "ModuleNotFoundError: No module named 'nowhere_to_be_found'" },
    ]);
  });

  test('what pip does not install failed', async () => {
    const report = await tryWheel(sandbox, { omit: ['WHEEL'] });
    expect(report.failure).toMatch(/WHEEL/);
  });

  test('nothing of the host is there: no file, no variable, no network, no privilege', async () => {
    const secret = join(tmpdir(), `secret-${process.pid}`);
    await writeFile(secret, 'secret', { mode: 0o644 });
    const code = `import os, socket
seen = []
for path in (${JSON.stringify(secret)}, "/etc/passwd", "/root", "/home", "/proc/1/environ", "/proc/1/fd/1"):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").read()
        seen.append(path)
    except OSError: pass
for path in ("/usr/x", "/x", "/trial/files/x", "/trial/probe.py"):
    try:
        open(path, "ab").close()
        seen.append("wrote " + path)
    except OSError: pass
if set(os.environ) - {"PATH", "HOME", "TMPDIR", "LANG", "PWD", "LC_CTYPE"}: seen.append("environment")
if [name for _, name in socket.if_nameindex() if name != "lo"]: seen.append("network")
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
if int(status["CapEff"], 16) or int(status["CapBnd"], 16) or status["NoNewPrivs"].strip() != "1": seen.append("privilege")
try:
    import ctypes
    if ctypes.CDLL(None).unshare(0x10000000) == 0: seen.append("user namespace")
except OSError: pass
raise SystemExit(" ".join(seen) or "nothing")`;
    const report = await tryWheel(sandbox, member(code));
    expect(report.imports).toEqual([{ module: 'probed', error: 'SystemExit: nothing' }]);
  });

  test.each([
    ['sleeps', 'import time; time.sleep(1000)', /took longer than 5 s/],
    ['takes all memory', 'x = bytearray(10**9)', /MemoryError/],
    [
      'writes without end',
      `f = open("/trial/tmp/x", "wb")
while True: f.write(bytes(1 << 20))`,
      /OSError|status -25/,
    ],
    [
      'forks without end',
      `import os, time
while True:
    try:
        if os.fork() == 0: time.sleep(1000)
    except OSError as error: raise`,
      /BlockingIOError|took longer|status/,
    ],
  ])('what %s comes to an end', async (_, code, error) => {
    const report = await tryWheel(sandbox, member(code));
    expect(report.imports).toEqual([{ module: 'probed', error: expect.stringMatching(error) }]);
  });

  test('the whole has an end as well', async () => {
    const code = 'import time; time.sleep(1000)';
    const report = await tryWheel(sandbox, member(code), { ...SMALL, wallMs: 3000 });
    expect(report.failure).toBe('it took longer than 3 s');
  });

  test('whoever floods or forges the report fills a bounded list of printable text', async () => {
    const code = `import json, os
for fd in range(3, 64):
    try:
        for n in range(3000): os.write(fd, (json.dumps(["wrote", "\\x1b[2J" + "x" * 900 + str(n)]) + "\\n").encode())
    except OSError: pass`;
    const report = await tryWheel(sandbox, member(code));
    expect(report.wrote.length).toBeLessThanOrEqual(50);
    expect(JSON.stringify(report).length).toBeLessThan(20_000);
    expect(JSON.stringify(report)).not.toContain('\\u001b');
  });
});

const NO_PYTHON: Interpreter = { path: '/usr/bin/python3', python: '3.11', folders: [] };

test('without bubblewrap nothing is tried', async () => {
  const opening = openSandbox({ ...HOST, path: '/nowhere' }, NO_PYTHON);
  await expect(opening).rejects.toMatchObject({
    code: 'not-ready',
    message: 'nothing is tried without a sandbox: bubblewrap (bwrap) is not installed',
  });
});
