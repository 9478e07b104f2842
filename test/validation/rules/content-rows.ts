import type { WheelContents } from '../../../src/model/contents.ts';
import type { ContentKey } from '../../../src/policy/content-keys.ts';
import type { Row } from './table.ts';

/**
 * The rows that every rule has which asks a person about what a wheel holds: nothing, something, something that a
 * person has looked at, and contents that nobody has read.
 */
export function contentRows({
  key,
  contents,
  code,
  message,
  evidence,
  unknown,
}: {
  /** In the policy. */
  readonly key: ContentKey;
  /** Of a wheel that the rule asks about. */
  readonly contents: WheelContents;
  readonly code: string;
  readonly message: string;
  readonly evidence: readonly string[];
  /** What the rule says of contents that nobody has read. */
  readonly unknown: string;
}): readonly Row[] {
  const known = `{ known: [{ rule: ${key}, packages: [numpy], reason: read }] }`;
  const [rule = ''] = code.split('/', 1);
  const refused = { finding: `deny ${rule}/unknown`, message: unknown };
  return [
    { it: 'says nothing where nothing is found', of: {}, says: [] },
    {
      it: 'asks a person about what is found',
      of: { evidence: { contents } },
      says: [{ finding: `review ${code}`, message, evidence, line: 'version: 1' }],
    },
    {
      it: 'approves what a person has looked at',
      of: { evidence: { contents }, policy: { content: known } },
      says: [
        {
          finding: `approve ${code}`,
          message,
          line: `content: ${known}`,
          evidence: [...evidence, 'looked at: read'],
        },
      ],
    },
    {
      it: 'refuses what nobody has looked at',
      of: { evidence: { contents: {} } },
      says: [refused],
    },
    { it: 'refuses what has no evidence', of: { absent: ['evidence'] }, says: [refused] },
  ];
}
