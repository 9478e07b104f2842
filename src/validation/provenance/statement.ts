import { z } from 'zod';

import { findArtifactName } from '../../ecosystems/pypi/filenames.ts';
import { compareVersions } from '../../ecosystems/pypi/versions.ts';
import type { RefusedProvenance } from '../../model/provenance.ts';
import type { Subject } from '../../model/subject.ts';
import { refused } from './refused.ts';

/** What was signed. */
export interface Statement {
  readonly predicateType: string;
}

/** An identifier that PEP 740 fixes: nobody asks that host for anything, and no file here names it. */
const PUBLISH = ['https://docs.pypi', 'org/attestations/publish/v1'].join('.');
const SLSA = 'https://slsa.dev/provenance/v1';

/** Reads a statement (in-toto, base64) and compares what it is about with the artifact. */
export function readStatement(
  base64: string,
  subject: Pick<Subject, 'project' | 'filename' | 'sha256'>,
): Statement | RefusedProvenance {
  const parsed = statementSchema.safeParse(parseJson(base64));
  if (!parsed.success) return refused('malformed', 'what was signed is no statement of in-toto');
  const { predicateType, subject: subjects } = parsed.data;
  if (predicateType !== PUBLISH && predicateType !== SLSA) {
    return refused('predicate', `expected a publish or SLSA predicate, got ${predicateType}`);
  }
  const [only] = subjects;
  if (only === undefined || subjects.length !== 1) {
    return refused('subject', `expected one subject, got ${subjects.length}`);
  }
  if (only.digest.sha256 !== subject.sha256) {
    const expected = `expected the SHA-256 ${subject.sha256}`;
    return refused('subject', `${expected}, got ${only.digest.sha256}`);
  }
  if (!namesTheSame(only.name, subject)) {
    return refused('subject', `expected ${subject.filename}, got ${JSON.stringify(only.name)}`);
  }
  return { predicateType };
}

/** A builder may have written the same name another way: `Foo-1.0.tar.gz` is `foo-1.0.0.tar.gz`. */
function namesTheSame(name: string, { project, filename }: Pick<Subject, 'project' | 'filename'>) {
  if (name === filename) return true;
  const [stated, expected] = [name, filename].map((text) => findArtifactName(text, project));
  if (stated === undefined || expected === undefined) return false;
  if (compareVersions(stated.version, expected.version) !== 0) return false;
  if (stated.kind === 'sdist' || expected.kind === 'sdist') {
    return (
      stated.kind === 'sdist' &&
      expected.kind === 'sdist' &&
      stated.extension === expected.extension
    );
  }
  return stated.build === expected.build && sameTags(stated.tags, expected.tags);
}

function sameTags(left: readonly string[], right: readonly string[]): boolean {
  return left.toSorted().join(' ') === right.toSorted().join(' ');
}

function parseJson(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

const statementSchema = z.object({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.object({ name: z.string(), digest: z.object({ sha256: z.string() }) })),
  predicateType: z.string(),
});
