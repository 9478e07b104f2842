import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { findArtifactName, parseArtifactFilename } from '../src/ecosystems/pypi/filenames.ts';
import { parseProjectName } from '../src/ecosystems/pypi/names.ts';
import type { Finding } from '../src/model/decision.ts';
import { loadPolicy } from '../src/policy/load.ts';
import type { Policy } from '../src/policy/policy.ts';
import { openFileAccess } from '../src/store/file-access.ts';
import { extractEvidence } from '../src/validation/evidence/extract.ts';
import { judge } from '../src/validation/judge.ts';
import { RULES } from '../src/validation/rules/index.ts';
import { digestOf } from './digest.ts';
import { printMarkdown, saveResult, say } from './report.ts';
import { fetchSdist } from './sdist-cache.ts';
import { SDISTS, WHEELS } from './survey-packages.ts';
import { fetchWheel } from './wheel-cache.ts';

const AT_ONCE = 2;
/** What an index says of an artifact does not matter here: the survey is of what is in them. */
const SURVEYED = RULES.filter(({ stage }) => stage !== 'record');

interface Surveyed {
  readonly release: string;
  readonly kind: 'wheel' | 'sdist';
  /** Absent: it could not be had. */
  readonly findings?: readonly Finding[];
  /** Why it was not examined. */
  readonly absent?: string;
}

/** How often the rules about metadata and contents ask a person or refuse, over real packages and the default policy. */
export async function benchSurvey(): Promise<void> {
  const file = 'policy.yaml';
  const text = await readFile(join(import.meta.dirname, '..', file), 'utf8');
  const policy = loadPolicy({ text, file });
  const began = performance.now();
  const surveyed = [
    ...(await overAll(WHEELS, (release) => surveyWheel(release, policy))),
    ...(await overAll(SDISTS, (release) => surveySdist(release, policy))),
  ];
  const seconds = (performance.now() - began) / 1000;
  await saveResult('survey', { policy: policy.digest, seconds, surveyed });
  printSurvey(surveyed);
}

async function surveyWheel(release: string, policy: Policy): Promise<Surveyed> {
  try {
    const path = await fetchWheel(release);
    return { release, kind: 'wheel', findings: await examine(release, path, policy) };
  } catch (error) {
    return { release, kind: 'wheel', absent: lastLine(error) };
  }
}

async function surveySdist(release: string, policy: Policy): Promise<Surveyed> {
  try {
    const path = await fetchSdist(release);
    return { release, kind: 'sdist', findings: await examine(release, path, policy) };
  } catch (error) {
    return { release, kind: 'sdist', absent: lastLine(error) };
  }
}

async function examine(release: string, path: string, policy: Policy): Promise<readonly Finding[]> {
  const project = parseProjectName(release.split('==')[0] ?? '');
  const filename = parseArtifactFilename(basename(path));
  const sha256 = await digestOf(path);
  await using access = await openFileAccess(path);
  const { evidence } = await extractEvidence(access, { sha256 });
  const name = findArtifactName(filename, project);
  const [source] = policy.sources;
  if (source === undefined) throw new Error('the policy has no source');
  const subject = { source: source.id, project, filename, sha256 };
  const input = {
    policy,
    subject,
    record: { filename, sha256, url: 'https://files.test/', firstSeen: 0 },
    now: Date.now(),
    evidence,
    history: { admitted: false },
    revocations: [],
    ...(name === undefined ? {} : { name }),
    ...('metadata' in evidence ? { metadata: evidence.metadata } : {}),
  };
  return judge(input, 'contents', SURVEYED).findings;
}

function printSurvey(surveyed: readonly Surveyed[]): void {
  for (const kind of ['wheel', 'sdist'] as const) {
    say('');
    printFindings(surveyed.filter((one) => one.kind === kind));
  }
}

function printFindings(surveyed: readonly Surveyed[]): void {
  const examined = surveyed.filter(({ findings }) => findings !== undefined);
  say(`${surveyed[0]?.kind ?? 'nothing'}s examined: ${examined.length} of ${surveyed.length}`);
  const all = examined.flatMap(({ release, findings = [] }) =>
    findings.map((finding) => ({ release, finding })),
  );
  printMarkdown(
    ['rule', 'denied', 'wait for a person', 'only reported', 'which'],
    SURVEYED.map(({ id }) => {
      const own = all.filter(({ finding }) => finding.code.startsWith(`${id}/`));
      const counts = (['deny', 'review', 'approve'] as const).map((effect) => {
        const found = own.filter(({ finding }) => finding.effect === effect);
        return new Set(found.map(({ release }) => release)).size;
      });
      const asked = own.filter(({ finding }) => finding.effect !== 'approve');
      const names = [...new Set(asked.map(({ release }) => release.split('==')[0] ?? ''))];
      return [`\`${id}\``, ...counts.map(String), names.join(', ')];
    }),
  );
  const reasons = all.filter(({ finding }) => finding.effect !== 'approve');
  say('');
  for (const { finding } of reasons) say(`${finding.effect} ${finding.code}: ${finding.message}`);
  for (const [why, releases] of absences(surveyed)) say(`${why}: ${releases.join(', ')}`);
}

function absences(surveyed: readonly Surveyed[]): ReadonlyMap<string, readonly string[]> {
  const absent = surveyed.filter((one) => one.absent !== undefined);
  const grouped = Map.groupBy(absent, (one) => one.absent ?? '');
  return new Map([...grouped].map(([why, all]) => [why, all.map(({ release }) => release)]));
}

/** In order, a few at a time: the index is somebody else's. */
async function overAll<Result>(
  releases: readonly string[],
  survey: (release: string) => Promise<Result>,
): Promise<readonly Result[]> {
  const found: Result[] = [];
  const waiting = [...releases.entries()];
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, release] = next;
      found[at] = await survey(release);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n').at(-1) ?? '';
}
