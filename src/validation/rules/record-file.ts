import type { RecordFault } from '../../model/contents.ts';
import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { isOfConda, isOfSources, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** RECORD must name every member of the wheel with its digest, and nothing else. */
export const recordFile: Rule = {
  id: 'record-file',
  stage: 'contents',
  codes: [
    {
      code: 'record-file/unlisted',
      meaning: 'The wheel holds a file that its RECORD does not name.',
    },
    {
      code: 'record-file/missing',
      meaning: 'RECORD names a file that the wheel does not hold.',
    },
    {
      code: 'record-file/mismatch',
      meaning: 'A row of RECORD has another digest or size than the file that it names.',
    },
    {
      code: 'record-file/unhashed',
      meaning: 'A row of RECORD has no digest, or one of MD5 or SHA-1.',
    },
    {
      code: 'record-file/unread',
      meaning: 'The contents were not read, so that nobody knows whether RECORD is right.',
      since: EXTRACTOR_OF_CONTENTS,
    },
    {
      code: 'record-file/unknown',
      meaning: 'There is no evidence of a wheel, so that nobody knows what RECORD names.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  if (isOfSources(input) || isOfConda(input)) return;
  const { evidence } = input;
  const who = describeSubject(input);
  const deny = { verdict: 'deny' } as const;
  if (evidence?.kind !== 'wheel') {
    const message = `${who} has an unknown RECORD: there is no evidence of a wheel`;
    yield { ...deny, code: 'record-file/unknown', message };
    return;
  }
  const unlisted = evidence.unrecorded.map(quote);
  if (unlisted.length > 0) {
    const message = `${who} holds files that RECORD does not name: ${listSome(unlisted)}`;
    yield { ...deny, code: 'record-file/unlisted', message, evidence: unlisted };
  }
  const missing = evidence.missing.map(quote);
  if (missing.length > 0) {
    const message = `${who} lacks files that RECORD names: ${listSome(missing)}`;
    yield { ...deny, code: 'record-file/missing', message, evidence: missing };
  }
  yield* judgeRows(who, evidence.contents?.record);
}

function* judgeRows(who: string, faults: readonly RecordFault[] | undefined): Generator<Statement> {
  const deny = { verdict: 'deny' } as const;
  if (faults === undefined) {
    const message = `${who} has a RECORD that nobody has compared with its files: its contents were not read`;
    yield { ...deny, code: 'record-file/unread', message };
    return;
  }
  const wrong = faults.filter(({ fault }) => fault === 'hash' || fault === 'size');
  if (wrong.length > 0) {
    const evidence = wrong.map(({ path, fault }) => `${quote(path)}: another ${fault}`);
    const message = `${who} holds files that are not as RECORD has them: ${listSome(wrong.map(({ path }) => quote(path)))}`;
    yield { ...deny, code: 'record-file/mismatch', message, evidence };
  }
  const unhashed = faults.filter((fault) => !wrong.includes(fault)).map(({ path }) => quote(path));
  if (unhashed.length > 0) {
    const message = `${who} has a RECORD without SHA-256 or stronger for ${listSome(unhashed)}`;
    yield { ...deny, code: 'record-file/unhashed', message, evidence: unhashed };
  }
}
