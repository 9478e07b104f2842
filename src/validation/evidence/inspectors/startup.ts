import { CONTENTS_LISTED, type StartupHook } from '../../../model/contents.ts';
import type { InspectedMember, InstalledPath, Inspector } from './inspector.ts';

const MOST_BYTES = 64 * 1024;
const LINES = 5;
const LINE_LENGTH = 200;

/**
 * Finds what every start of Python runs once it is installed: lines of `.pth` files that begin with `import` (module
 * `site` of the standard library), `.start` files (PEP 829), `sitecustomize` and `usercustomize`. All of them count
 * only at the top of site-packages. Does not see what a package does when it is imported.
 */
export function inspectStartup(): Inspector {
  const startup: StartupHook[] = [];
  return {
    appetite: (member) => (kindOf(member) === undefined ? 0 : MOST_BYTES),
    look(member, { head, sha256, isWhole }) {
      const kind = kindOf(member);
      if (kind === undefined) return;
      const lines = linesOf(head).filter((line) => kind !== 'pth-import' || isRun(line));
      // A file that is too long to be read whole may hold such a line anywhere.
      if (lines.length === 0 && kind === 'pth-import' && isWhole) return;
      const shown = lines.slice(0, LINES).map((line) => line.slice(0, LINE_LENGTH));
      startup.push({ path: member.name, kind, sha256, lines: shown });
    },
    found: () => ({ startup: startup.slice(0, CONTENTS_LISTED) }),
  };
}

function kindOf({ installed }: InspectedMember): StartupHook['kind'] | undefined {
  const path = installed && findImportable(installed)?.toLowerCase();
  if (path === undefined) return undefined;
  const customize = /^(site|user)customize(?:\.[^/]*)?(?:\/|$)/.exec(path)?.[1];
  if (customize !== undefined) return customize === 'site' ? 'sitecustomize' : 'usercustomize';
  if (path.includes('/')) return undefined;
  if (path.endsWith('.pth')) return 'pth-import';
  return path.endsWith('.start') ? 'start-file' : undefined;
}

/** Its path among what Python looks for. On Windows that is the top of the environment too, and `Lib` and `DLLs` there. */
function findImportable({ place, path }: InstalledPath): string | undefined {
  if (place === 'site') return path;
  if (place !== 'data') return undefined;
  const [, customize] = /^(?:lib|dlls)\/((?:site|user)customize.*)$/is.exec(path) ?? [];
  return customize ?? (/^(?:site|user)customize\b|^[^/]+$/i.test(path) ? path : undefined);
}

// `site` reads lines as UTF-8 and else as the locale has it; Latin-1 shows every byte and keeps ASCII as it is.
function linesOf(bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '');
  // Versions of Python differ in which control characters end a line; here all but a tab do.
  return text.split(/[^\P{Cc}\t]+/u).filter((line) => line.trim() !== '');
}

function isRun(line: string): boolean {
  return /^import[ \t]/.test(line);
}
