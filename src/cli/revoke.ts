import { userInfo } from 'node:os';

import { findArtifactName } from '../ecosystems/pypi/filenames.ts';
import { compareReleases, findCondaName, findReleaseVersion } from '../ecosystems/releases.ts';
import { pypiNamesOf } from '../ecosystems/repackaged.ts';
import { enterRevocation } from '../mirror/revoke.ts';
import type { ArtifactRecord } from '../model/record.ts';
import type { Revocation } from '../model/revocation.ts';
import { isSha256 } from '../model/sha256.ts';
import type { ProjectName } from '../model/subject.ts';
import { type Keeping, openKeeping } from '../open-parts.ts';
import { openRecords } from '../store/records.ts';
import { type CommandInput, type Outcome, readWords, wrongUse } from './command.ts';
import { parseRelease } from './release.ts';

const USAGE = 'revoke SHA256|[CHANNEL::]NAME==VERSION --reason "…" [--json]';

/** `revoke`: takes bytes or a release back; a server on the same store follows within two seconds. */
export async function revoke({ words, config }: CommandInput): Promise<Outcome> {
  const { names, json, reason } = readWords(words, { text: USAGE, least: 1, most: 1 });
  if (reason === undefined || reason.trim() === '') throw wrongUse(USAGE);
  const what = parseWhat(names[0] ?? '');
  const actor = userInfo().username;
  await using keeping = await openKeeping(config, `cli:${actor}`);
  await keeping.ledger.refresh();
  const revocation = { what, reason: reason.trim().slice(0, 500), actor, time: Date.now() };
  const { revocations } = await enterRevocation(keeping, revocation);
  const known = await countKnown(keeping, what);
  const status = known === 0 ? 1 : 0;
  const inForce = revocations.length;
  if (json) return { status, output: JSON.stringify({ revocation, known, inForce }, undefined, 2) };
  const others = `${inForce} ${inForce === 1 ? 'revocation is' : 'revocations are'} in force`;
  const doubt = known === 0 ? '; no artifact that is known here is meant: check the spelling' : '';
  return { status, output: `revoked ${names[0]}${doubt}; ${others}` };
}

/** How many artifacts that this mirror ever saw are meant. */
async function countKnown(keeping: Keeping, what: Revocation['what']): Promise<number> {
  let count = 0;
  for await (const listed of openRecords(keeping.store).list()) {
    if (listed.kind === 'records')
      count += listed.records.records.filter(isMeant(what, listed.records.project)).length;
  }
  return count;
}

/** As the rule `revoked` has it: a release wherever it comes from. */
function isMeant(
  what: Revocation['what'],
  project: ProjectName,
): (record: ArtifactRecord) => boolean {
  if (what.kind === 'bytes') return ({ sha256 }) => sha256 === what.sha256;
  return ({ filename }) => {
    const channel = findCondaName(filename, project);
    const names = channel === undefined ? [project] : [project, ...pypiNamesOf(project)];
    const known = channel?.version ?? findArtifactName(filename, project)?.version;
    const version = findReleaseVersion(what.version, channel === undefined ? 'pypi' : 'conda');
    if (known === undefined || version === undefined) return false;
    return names.includes(what.project) && compareReleases(known, version) === 0;
  };
}

function parseWhat(text: string): Revocation['what'] {
  const lower = text.toLowerCase();
  if (isSha256(lower)) return { kind: 'bytes', sha256: lower };
  const { project, version } = parseRelease(text);
  if (version === undefined) throw wrongUse(USAGE);
  return { kind: 'release', project, version: version.text };
}
