import { describe, expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { parseVersion } from '../../src/ecosystems/pypi/versions.ts';
import { createNameRegister, eitherOwners } from '../../src/mirror/name-owners.ts';
import type { WheelContents } from '../../src/model/contents.ts';

function wheel(project: string, version: string, contents: WheelContents | undefined) {
  const filename = `${project}-${version}-py3-none-any.whl`;
  return { project: parseProjectName(project), filename, version: parseVersion(version), contents };
}

function registerOf(...wheels: readonly ReturnType<typeof wheel>[]) {
  const register = createNameRegister();
  for (const one of wheels) register.learn(one);
  return register;
}

/** As `module cv2 (frog)`, for the project newt. */
function taken(owners: ReturnType<typeof registerOf>, contents: WheelContents): readonly string[] {
  return owners
    .takenFrom(parseProjectName('newt'), contents)
    .map(({ kind, name, project }) => `${kind} ${name} (${project})`);
}

describe('names that other projects have', () => {
  test.each([
    ['the same module', { owned: ['cv2'] }, { owned: ['cv2'] }, ['module cv2 (frog)']],
    ['the same command', { commands: ['f2py'] }, { commands: ['f2py'] }, ['command f2py (frog)']],
    [
      'a module in a package of the other',
      { owned: ['google.auth'] },
      { owned: ['google.auth.evil'] },
      ['module google.auth.evil (frog)'],
    ],
    [
      'a package in place of the namespace of the other',
      { owned: ['google.auth'] },
      { owned: ['google'] },
      ['module google (frog)'],
    ],
    ['two parts of a namespace', { owned: ['google.auth'] }, { owned: ['google.api'] }, []],
    ['names that only begin alike', { owned: ['cv'] }, { owned: ['cv2', 'cv_x.y'] }, []],
    ['a module and a command', { owned: ['jupyter'] }, { commands: ['jupyter'] }, []],
    [
      'a package that an older program found',
      { modules: ['cv2'] },
      { owned: ['cv2'] },
      ['module cv2 (frog)'],
    ],
    [
      'what an older program found, where it is what is asked about',
      { owned: ['google.auth'] },
      { modules: ['google'] },
      ['module google (frog)'],
    ],
    [
      'what an older program could not tell from a namespace',
      { modules: ['google'] },
      { owned: ['google.api'] },
      [],
    ],
  ] as const)('%s', (_what, theirs, ours, names) => {
    expect(taken(registerOf(wheel('frog', '1.0', theirs)), ours)).toEqual(names);
  });

  test('never those of the same project', () => {
    const register = registerOf(wheel('newt', '1.0', { owned: ['cv2'], commands: ['x'] }));
    expect(taken(register, { owned: ['cv2'], commands: ['x'] })).toEqual([]);
  });

  test('every project that has them, in order', () => {
    const contents = { owned: ['cv2'] };
    const register = registerOf(wheel('toad', '1.0', contents), wheel('frog', '1.0', contents));
    expect(taken(register, contents)).toEqual(['module cv2 (frog)', 'module cv2 (toad)']);
  });
});

describe('of a project the newest version counts', () => {
  const old = wheel('frog', '1.0', { owned: ['frog', 'gone'] });
  const now = wheel('frog', '2.0', { owned: ['frog', 'fresh'] });
  const ours = { owned: ['fresh', 'frog', 'gone'] };

  test.each([
    ['learnt in order', [old, now]],
    ['learnt the other way round', [now, old]],
  ])('%s', (_what, wheels) => {
    const names = ['module fresh (frog)', 'module frog (frog)'];
    expect(taken(registerOf(...wheels), ours)).toEqual(names);
  });

  test('with all of its wheels', () => {
    const other = { ...wheel('frog', '2.0', { owned: ['win'] }), filename: 'other.whl' };
    expect(taken(registerOf(now, other), { owned: ['fresh', 'win'] })).toEqual([
      'module fresh (frog)',
      'module win (frog)',
    ]);
  });

  test('as it was read last', () => {
    const register = registerOf(wheel('frog', '2.0', undefined), now);
    expect(register.unread()).toEqual([]);
    expect(taken(register, ours)).toHaveLength(2);
  });

  test('and what was not read is known to be so', () => {
    expect(registerOf(now, wheel('toad', '1.0', undefined)).unread()).toEqual(['toad']);
  });
});

test('what either of two knows, once', () => {
  const contents = { owned: ['cv2'] };
  const left = registerOf(wheel('frog', '1.0', contents));
  const right = registerOf(wheel('frog', '1.0', contents), wheel('toad', '1.0', contents));
  expect(eitherOwners(left, right).takenFrom(parseProjectName('newt'), contents)).toEqual([
    { kind: 'module', name: 'cv2', project: 'frog' },
    { kind: 'module', name: 'cv2', project: 'toad' },
  ]);
});
