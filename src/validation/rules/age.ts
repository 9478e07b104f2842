import { findUploadTime } from '../../ecosystems/pypi/upload-time.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '../../model/time.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject } from './subject-words.ts';

/** An artifact must have been public for a while, because most malware is found within days. */
export const age: Rule = {
  id: 'age',
  stage: 'record',
  codes: [
    {
      code: 'age/too-young',
      meaning: 'It was uploaded less than `versions.min-age` ago.',
    },
    {
      code: 'age/unknown',
      meaning: 'The index gives no upload time that can be read.',
    },
    {
      code: 'age/future',
      meaning: 'Its upload time is more than a day in the future.',
    },
  ],
  judge,
};

/** How far the clocks of upstream and mirror may differ before an upload time is a lie. */
const TOLERANCE_MS = DAY_MS;

// No message counts from now: it would be another one at each judgement, and catalogues must be repeatable.
function* judge(input: RuleInput): Generator<Statement> {
  const { policy, record, now, subject } = input;
  const source = policy.sources.find(({ id }) => id === subject.source);
  const { value: minAgeMs, place } = source?.minAgeMs ?? policy.versions.minAgeMs;
  const key = source?.minAgeMs === undefined ? 'versions.min-age' : `sources.${source.id}.min-age`;
  if (minAgeMs === 0) return;
  const who = describeSubject(input);
  const text = input.name?.kind === 'conda' ? timeOfConda(input) : record?.uploadTime;
  const uploaded = text === undefined ? undefined : findUploadTime(text);
  if (uploaded === undefined) {
    yield {
      code: 'age/unknown',
      verdict: 'deny',
      message: `${who} has no known age: the index gives no upload time, and ${key} is ${duration(minAgeMs)}`,
      policy: place,
    };
    return;
  }
  const ready = uploaded + minAgeMs;
  if (now >= ready) return;
  const statement = { verdict: 'deny', policy: place, evidence: [`uploaded ${text}`] } as const;
  if (uploaded > now + TOLERANCE_MS) {
    yield {
      ...statement,
      code: 'age/future',
      message: `${who} has an upload time in the future: ${minute(uploaded)}`,
      until: uploaded - TOLERANCE_MS,
    };
    return;
  }
  yield {
    ...statement,
    code: 'age/too-young',
    message: `${who} is too young: ready ${minute(ready)}, ${duration(minAgeMs)} after its upload (${key})`,
    until: ready,
  };
}

/**
 * What a channel gives is the builder's time, which a builder can make up: what counts is when the channel's server
 * first had it (CEP 47), where it says so, else when this mirror first saw it.
 */
function timeOfConda({ record }: RuleInput): string | undefined {
  if (record === undefined) return undefined;
  return record.uploadTime ?? new Date(record.firstSeen).toISOString();
}

function duration(milliseconds: number): string {
  const isDays = milliseconds % DAY_MS === 0;
  const count = milliseconds / (isDays ? DAY_MS : HOUR_MS);
  return `${count} ${isDays ? 'day' : 'hour'}${count === 1 ? '' : 's'}`;
}

/** To the minute, rounded up: whoever waits until then does not come too early. */
function minute(instant: Instant): string {
  const rounded = Math.ceil(instant / MINUTE_MS) * MINUTE_MS;
  return `${new Date(rounded).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
