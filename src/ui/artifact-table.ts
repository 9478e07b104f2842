import type { ExplainedArtifact } from '../mirror/explain.ts';
import { type Html, markup } from './html.ts';
import { VERDICT_WORDS } from './verdict-words.ts';

/** Refused versions beyond these are folded. */
const REFUSED_SHOWN = 10;

/**
 * The artifacts that fit a declared target, by version, newest first. A message that stands above the table already
 * (`told`) is not said again in each row.
 */
export function renderArtifacts(
  artifacts: readonly ExplainedArtifact[],
  told: ReadonlySet<string>,
): Html | undefined {
  const versions = groupByVersion(artifacts.filter(({ targets }) => targets.length > 0));
  if (versions.length === 0) return undefined;
  const folded = new Set(versions.filter(isRefused).slice(REFUSED_SHOWN));
  const shown = versions.filter((version) => !folded.has(version));
  const rest = markup`<details>
<summary>${folded.size} more refused ${folded.size === 1 ? 'version' : 'versions'}</summary>
${renderTable([...folded], told)}
</details>`;
  return markup`<h2>Artifacts</h2>
${renderTable(shown, told)}
${folded.size === 0 ? undefined : rest}`;
}

/** All artifacts of one version. */
type ExplainedVersion = readonly ExplainedArtifact[];

/** Artifacts stand newest version first. */
function groupByVersion(artifacts: readonly ExplainedArtifact[]): readonly ExplainedVersion[] {
  return [...Map.groupBy(artifacts, ({ version }) => version).values()];
}

function isRefused(artifacts: ExplainedVersion): boolean {
  return artifacts.every(({ verdict }) => verdict !== 'approve');
}

function renderTable(versions: readonly ExplainedVersion[], told: ReadonlySet<string>): Html {
  return markup`<div class="wide"><table>
<thead><tr><th>Artifact</th><th>Verdict</th><th>Findings</th></tr></thead>
${versions.map((artifacts) => renderVersion(artifacts, told))}
</table></div>`;
}

function renderVersion(artifacts: ExplainedVersion, told: ReadonlySet<string>): Html {
  return markup`<tbody>
<tr><th colspan="3" scope="rowgroup">${artifacts[0]?.version}</th></tr>
${artifacts.map((artifact) => renderArtifact(artifact, told))}
</tbody>
`;
}

function renderArtifact(artifact: ExplainedArtifact, told: ReadonlySet<string>): Html {
  const { filename, sha256, verdict, admitted, findings } = artifact;
  const statements = findings.map(
    ({ code, message }) =>
      markup`<p><code>${code}</code>${told.has(message) ? undefined : markup` ${message}`}</p>`,
  );
  return markup`<tr>
<td><code>${filename}</code><p class="dim">sha256 <code title="${sha256}">${sha256.slice(0, 16)}…</code>${admitted ? ', kept by this mirror' : undefined}</p></td>
<td class="${verdict}">${VERDICT_WORDS[verdict]}</td>
<td>${statements}</td>
</tr>`;
}
