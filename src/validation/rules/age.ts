import { findCondaRecord } from '../../ecosystems/conda/records.ts';
import { findUploadTime } from '../../ecosystems/pypi/upload-time.ts';
import type { ArtifactRecord } from '../../model/record.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import type { PolicySource } from '../../policy/policy.ts';
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
  const isConda = input.name?.kind === 'conda';
  const { text, event } = isConda ? timeOfConda(input, source) : uploadOf(record);
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
  const statement = {
    verdict: 'deny',
    policy: place,
    evidence: [`${EVENTS[event].past} ${text}`],
  } as const;
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
    message: `${who} is too young: ready ${minute(ready)}, ${duration(minAgeMs)} after ${EVENTS[event].noun} (${key})`,
    until: ready,
  };
}

/** What an age counts from. */
interface Beginning {
  readonly text: string | undefined;
  readonly event: 'upload' | 'build' | 'sight';
}

const EVENTS = {
  upload: { past: 'uploaded', noun: 'its upload' },
  build: { past: 'built', noun: 'its build' },
  sight: { past: 'first seen here', noun: 'it was first seen here' },
} as const;

function uploadOf(record: ArtifactRecord | undefined): Beginning {
  return { text: record?.uploadTime, event: 'upload' };
}

/**
 * What a channel gives is mostly the builder's time, which a builder can make up: what counts is when the channel's
 * server first had it (CEP 47), where it says so, else when this mirror first saw it. A policy may let the builder's
 * time count for what was there at the first look, or a new mirror would refuse everything for a week.
 */
function timeOfConda({ record, history }: RuleInput, source: PolicySource | undefined): Beginning {
  if (record?.uploadTime !== undefined || record === undefined) return uploadOf(record);
  const wasThere = record.firstSeen === history.firstLook;
  const built = wasThere && source?.firstLook === 'builder-time' ? builtAt(record) : undefined;
  const isBuilt = built !== undefined && built < record.firstSeen;
  const time = isBuilt ? built : record.firstSeen;
  return { text: new Date(time).toISOString(), event: isBuilt ? 'build' : 'sight' };
}

/** In milliseconds, in old records in seconds. */
function builtAt({ repodata }: ArtifactRecord): Instant | undefined {
  const time =
    repodata === undefined ? undefined : findCondaRecord(JSON.parse(repodata))?.timestamp;
  if (time === undefined || time === 0) return undefined;
  return time < SECONDS_UNTIL ? time * SECOND_MS : time;
}

/** As seconds a time far in the future, as milliseconds one before there was conda. */
const SECONDS_UNTIL = 100_000_000_000;

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
