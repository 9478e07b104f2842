import { CONTENTS_LISTED, type WheelContents } from '../../model/contents.ts';
import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { type ContentClaim, judgeContents } from './content.ts';
import {
  contentsOf,
  isOfSources,
  type PreviousRelease,
  type Rule,
  type RuleInput,
  type Statement,
} from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** What a release has that the last admitted one had not, of the kinds that attacks bring along. */
export const drift: Rule = {
  id: 'drift',
  stage: 'contents',
  codes: [
    {
      code: 'drift/hook',
      meaning: 'It runs or is loaded by itself where the release before it did not.',
    },
    {
      code: 'drift/binary',
      meaning: 'It carries native code or programs, and the release before it carried none.',
    },
    {
      code: 'drift/size',
      meaning: 'Unpacked it is more than five times as large as the release before it.',
    },
    {
      code: 'drift/names',
      meaning:
        'It has modules or commands that the release before it had not; this finding approves.',
    },
    {
      code: 'drift/unknown',
      meaning: 'Its contents were not read, so that nobody knows what is new in them.',
      since: EXTRACTOR_OF_CONTENTS,
    },
  ],
  judge,
};

const GROWTH = 5;
/** Below this even a large factor is nothing: a first module, a few data files. */
const GROWTH_FROM_BYTES = 5 * 1024 * 1024;

function* judge(input: RuleInput): Generator<Statement> {
  if (isOfSources(input)) return;
  const { evidence, history } = input;
  const contents = contentsOf(input);
  if (evidence === undefined || evidence.kind === 'refused' || contents === undefined) {
    const message = `${describeSubject(input)} may hold something new: its contents were not read`;
    yield { code: 'drift/unknown', verdict: 'deny', message };
    return;
  }
  const { previous } = history;
  if (previous === undefined) return;
  const before = previous.contents;
  const since = `${previous.version} had not`;
  yield* claim(
    input,
    'drift/hook',
    `runs or is loaded by itself as ${since}`,
    newHooks(contents, before),
  );
  yield* claim(
    input,
    'drift/binary',
    `carries binaries as ${since}`,
    newBinaries(contents, before),
  );
  if (hasGrown(evidence.unpackedBytes, previous)) {
    const sizes = `${previous.unpackedBytes} bytes to ${evidence.unpackedBytes}`;
    yield* claim(input, 'drift/size', `has grown since ${previous.version}`, [sizes]);
  }
  const names = newNames(contents, before);
  if (names.length === 0) return;
  const message = `${describeSubject(input)} has modules or commands that ${since}: ${listSome(names)}`;
  yield { code: 'drift/names', verdict: 'approve', message, evidence: names };
}

function* claim(
  input: RuleInput,
  code: ContentClaim['code'],
  what: string,
  found: readonly string[],
): Generator<Statement> {
  const items = found.map((text) => ({ text }));
  yield* judgeContents(input, { key: 'drift', code, what, items, evidence: found });
}

function newHooks(now: WheelContents, before: WheelContents): readonly string[] {
  const known = new Set([
    ...(before.startup ?? []).map(({ path }) => path),
    ...(before.notebook ?? []),
    ...(before.linkScripts ?? []).map(({ path }) => path),
  ]);
  const { startup = [], notebook = [], linkScripts = [] } = now;
  const found = [
    ...startup.map(({ path }) => path),
    ...notebook,
    ...linkScripts.map(({ path }) => path),
  ]
    .filter((path) => !known.has(path))
    .map(quote);
  const isCut = [startup, notebook, linkScripts].some(({ length }) => length >= CONTENTS_LISTED);
  return isCut ? [...found, 'more than are listed'] : found;
}

/** Only the first of their kind: what compiles its parts anew has other names for them in each release. */
function newBinaries(now: WheelContents, before: WheelContents): readonly string[] {
  const libraries = (before.libraries ?? []).length === 0 ? (now.libraries ?? []) : [];
  const programs = (before.executables ?? []).length === 0 ? (now.executables ?? []) : [];
  return [...libraries, ...programs].map(({ path, format }) => `${quote(path)} (${format})`);
}

function hasGrown(unpackedBytes: number, previous: PreviousRelease): boolean {
  return (
    unpackedBytes > GROWTH_FROM_BYTES &&
    unpackedBytes > GROWTH * Math.max(1, previous.unpackedBytes)
  );
}

function newNames(now: WheelContents, before: WheelContents): readonly string[] {
  const known = new Set([...(before.modules ?? []), ...(before.commands ?? [])]);
  return [...(now.modules ?? []), ...(now.commands ?? [])]
    .filter((name) => !known.has(name))
    .map(quote);
}
