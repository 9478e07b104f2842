import { CONTENTS_LISTED, type WheelContents } from '../../../src/model/contents.ts';
import type { CoreMetadata } from '../../../src/model/evidence.ts';
import { drift } from '../../../src/validation/rules/drift.ts';
import { type Differences, digestOf, ruleInput } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

const LICENSED = metadataOfBuilder();
const MIB = 1024 * 1024;

function metadataOfBuilder(): CoreMetadata {
  const { metadata } = ruleInput();
  if (metadata === undefined) throw new Error('the builder gives it');
  return metadata.metadata;
}

function after(
  before: WheelContents,
  contents: WheelContents,
  sizes: { readonly before?: number; readonly now?: number } = {},
): Differences {
  const { before: unpackedBytes = 1000, now = 1000 } = sizes;
  const previous = { version: '2.3.0', contents: before, metadata: LICENSED, unpackedBytes };
  return {
    evidence: { contents, unpackedBytes: now },
    input: { history: { admitted: false, previous } },
  };
}

const HOOK = { path: 'a.pth', kind: 'pth-import' as const, sha256: digestOf('c'), lines: [] };
const MANY = Array.from({ length: CONTENTS_LISTED }, () => HOOK);
const LIBRARY = { path: 'numpy/fast.so', format: 'elf' as const };
const PROGRAM = { path: 'numpy/tool', format: 'elf' as const, sha256: digestOf('d') };
const UNKNOWN = {
  finding: 'deny drift/unknown',
  message: 'numpy 2.4.0 may hold something new: its contents were not read',
};

export const driftTable: RuleTable = {
  rule: drift,
  rows: [
    { it: 'says nothing of the first release', of: {}, says: [] },
    {
      it: 'says nothing of what was there before',
      of: after(
        {
          startup: [HOOK],
          notebook: ['etc/jupyter/x'],
          libraries: [LIBRARY],
          executables: [PROGRAM],
        },
        {
          startup: [HOOK],
          notebook: ['etc/jupyter/x'],
          libraries: [{ ...LIBRARY, path: 'numpy/other.so' }],
          executables: [{ ...PROGRAM, path: 'numpy/other' }],
        },
        { before: 2 * MIB, now: 9 * MIB },
      ),
      says: [],
    },
    {
      it: 'asks about new hooks',
      of: after({}, { startup: [HOOK], notebook: ['etc/jupyter/x'] }),
      says: [
        {
          finding: 'review drift/hook',
          message:
            'numpy 2.4.0 runs or is loaded by itself as 2.3.0 had not: "a.pth", "etc/jupyter/x"',
          line: 'version: 1',
          evidence: ['"a.pth"', '"etc/jupyter/x"'],
        },
      ],
    },
    {
      it: 'asks about hooks that are more than are listed',
      of: after({ startup: MANY }, { startup: MANY }),
      says: [
        {
          finding: 'review drift/hook',
          message: 'numpy 2.4.0 runs or is loaded by itself as 2.3.0 had not: more than are listed',
          line: 'version: 1',
          evidence: ['more than are listed'],
        },
      ],
    },
    {
      it: 'asks about the first native code and the first program',
      of: after({}, { libraries: [LIBRARY], executables: [PROGRAM] }),
      says: [
        {
          finding: 'review drift/binary',
          message:
            'numpy 2.4.0 carries binaries as 2.3.0 had not: "numpy/fast.so" (elf), "numpy/tool" (elf)',
          line: 'version: 1',
          evidence: ['"numpy/fast.so" (elf)', '"numpy/tool" (elf)'],
        },
      ],
    },
    {
      it: 'asks about what has grown far',
      of: after({}, {}, { before: 2 * MIB, now: 11 * MIB }),
      says: [
        {
          finding: 'review drift/size',
          message: `numpy 2.4.0 has grown since 2.3.0: ${2 * MIB} bytes to ${11 * MIB}`,
          line: 'version: 1',
          evidence: [`${2 * MIB} bytes to ${11 * MIB}`],
        },
      ],
    },
    {
      it: 'reports new names, and says nothing of small growth',
      of: after(
        { modules: ['numpy'] },
        { modules: ['numpy', 'evil'], commands: ['f2py'] },
        { now: 4 * MIB },
      ),
      says: [
        {
          finding: 'approve drift/names',
          message: 'numpy 2.4.0 has modules or commands that 2.3.0 had not: "evil", "f2py"',
          evidence: ['"evil"', '"f2py"'],
        },
      ],
    },
    { it: 'refuses what has no evidence', of: { absent: ['evidence'] }, says: [UNKNOWN] },
  ],
};
