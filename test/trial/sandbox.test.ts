import { expect, test } from 'vitest';

import { TRIAL_LIMITS } from '../../src/trial/limits.ts';
import { sandboxLine } from '../../src/trial/sandbox.ts';

const LINE = sandboxLine(
  {
    prlimit: '/usr/bin/prlimit',
    bwrap: '/usr/bin/bwrap',
    system: [{ path: '/usr' }, { path: '/lib', link: 'usr/lib' }],
    interpreter: { path: '/opt/python/bin/python3.12', python: '3.12', folders: ['/opt/python'] },
    files: '/tmp/a/files',
    probe: '/tmp/a/probe.py',
    limits: TRIAL_LIMITS,
  },
  '{}',
);

/** What follows each of these words. */
function after(word: string, count: number): readonly string[] {
  return LINE.flatMap((other, index) =>
    other === word ? [LINE.slice(index + 1, index + 1 + count).join(' ')] : [],
  );
}

test('everything that the sandbox keeps away is asked for', () => {
  for (const word of ['--unshare-user', '--unshare-all', '--disable-userns', '--clearenv'])
    expect(LINE).toContain(word);
  for (const word of ['--die-with-parent', '--new-session', '--as-pid-1'])
    expect(LINE).toContain(word);
  expect(after('--cap-drop', 1)).toEqual(['ALL']);
  expect(LINE.filter((word) => /^--(?:share-net|bind|dev-bind|cap-add)/.test(word))).toEqual([]);
});

test('what it has of the host is read-only and no more than it needs', () => {
  expect(after('--ro-bind', 2)).toEqual([
    '/usr /usr',
    '/opt/python /opt/python',
    '/tmp/a/files /trial/files',
    '/tmp/a/probe.py /trial/probe.py',
  ]);
  expect(after('--symlink', 2)).toEqual(['usr/lib /lib']);
});

test('limits stand before the sandbox, so that all in it has them', () => {
  const limits = LINE.slice(0, LINE.indexOf('/usr/bin/bwrap')).join(' ');
  for (const limit of ['--as=', '--fsize=', '--nproc=', '--cpu=', '--core=0'])
    expect(limits).toContain(limit);
});
