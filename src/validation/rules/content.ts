import { CONTENTS_LISTED } from '../../model/contents.ts';
import { isSha256 } from '../../model/sha256.ts';
import type { ContentKey } from '../../policy/content-keys.ts';
import { knownContents } from '../../policy/select.ts';
import type { RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome } from './subject-words.ts';

/** Something in an artifact that the policy decides about. */
export interface ContentItem {
  /** As the message names it: a path, a name, each quoted where it is not plain. */
  readonly text: string;
  /** Of the file; absent: no digest can mean it. */
  readonly sha256?: string;
}

/** What a rule found of one kind. */
export interface ContentClaim {
  readonly key: ContentKey;
  readonly code: Statement['code'];
  /** Completes "numpy 2.4.0 …:", such as "runs code at every start of Python". */
  readonly what: string;
  readonly items: readonly ContentItem[];
  readonly evidence: readonly string[];
}

/**
 * What the policy says of contents: nothing where nothing was found; an approving finding where the policy allows it
 * or a person has looked at all of it (`content.known`); else what `content.<key>` says. Of a list that may be cut,
 * digests never cover all.
 */
export function* judgeContents(input: RuleInput, claim: ContentClaim): Generator<Statement> {
  const { policy, subject } = input;
  const { key, code, what, items } = claim;
  if (items.length === 0) return;
  const isCut = items.length >= CONTENTS_LISTED;
  const evidence = isCut ? [...claim.evidence, 'and maybe more'] : claim.evidence;
  const known = knownContents(policy, { ...subject, key });
  const left = items.filter(
    ({ sha256 }) => !known.some((entry) => covers(entry.sha256, isCut ? undefined : sha256)),
  );
  const shown = left.length > 0 ? left : items;
  const message = `${describeSubject(input)} ${what}: ${listSome(shown.map(({ text }) => text))}`;
  const [first] = known;
  if (left.length === 0 && first !== undefined) {
    const because = `looked at: ${first.reason}`;
    const found = { code, message, evidence: [...evidence, because] };
    yield { ...found, verdict: 'approve', policy: first.place };
    return;
  }
  const { value, place } = policy.content[key];
  const verdict = value === 'allow' ? 'approve' : value;
  yield { code, verdict, message, policy: place, evidence };
}

function covers(known: readonly string[] | undefined, sha256: string | undefined): boolean {
  if (known === undefined) return true;
  return sha256 !== undefined && isSha256(sha256) && known.includes(sha256);
}
