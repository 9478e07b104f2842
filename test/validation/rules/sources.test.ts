import { expect, test } from 'vitest';

import { judge } from '../../../src/validation/judge.ts';
import { RULES } from '../../../src/validation/rules/index.ts';
import { digestOf, ruleInput, sdistEvidence } from '../../fixtures/rule-input.ts';

const ALLOWED = { versions: '{ formats: { sdist: allow } }' };

function findings(contents: Parameters<typeof sdistEvidence>[0] = {}) {
  const evidence = sdistEvidence(contents);
  const input = ruleInput({ filename: 'numpy-2.4.0.tar.gz', policy: ALLOWED, input: { evidence } });
  return judge(input, 'contents', RULES).findings.map(({ code, effect }) => `${effect} ${code}`);
}

test('of a source distribution only its build asks for a person, which stands for what it installs', () => {
  expect(findings()).toEqual(['review build/code']);
});

test('what lies in a source distribution is judged as in a wheel', () => {
  const path = 'numpy-2.4.0/x';
  expect(
    findings({
      executables: [{ path, format: 'elf', sha256: digestOf('c') }],
      pickles: [{ path, outcome: 'unlisted', names: ['posix system'] }],
      secrets: [{ path, kind: 'aws-key' }],
      obfuscation: [{ path, kind: 'pyarmor' }],
    }),
  ).toEqual([
    'review build/code',
    'approve executable/program',
    'review pickle/unlisted',
    'review secret/left',
    'review obfuscation/mark',
  ]);
});

test('what was not looked for in a source distribution refuses', () => {
  const evidence = { ...sdistEvidence(), contents: {} };
  const input = ruleInput({ filename: 'numpy-2.4.0.tar.gz', policy: ALLOWED, input: { evidence } });
  const codes = judge(input, 'contents', RULES).findings.map(({ code }) => code);
  expect(codes).toEqual([
    ...['build', 'executable', 'pickle', 'secret', 'obfuscation'].map((rule) => `${rule}/unknown`),
    'bundled/incomplete',
  ]);
});

test('a source distribution that holds other metadata than its sidecar is refused', () => {
  const evidence = sdistEvidence();
  const listed = { ...evidence.metadata, origin: 'sidecar', sha256: digestOf('f') } as const;
  const input = ruleInput({
    filename: 'numpy-2.4.0.tar.gz',
    policy: ALLOWED,
    input: { evidence, listed },
  });
  const codes = judge(input, 'contents', RULES).findings.map(({ code }) => code);
  expect(codes).toContain('hash/metadata-mismatch');
});
