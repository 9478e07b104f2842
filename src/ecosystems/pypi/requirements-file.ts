import { isGatehouseError } from '../../model/errors.ts';
import { type FileItem, remarkOn } from './file-item.ts';
import { parseRequirement } from './requirements.ts';

/** A line of a requirements file that names another file. */
export interface Include {
  readonly kind: 'include';
  readonly line: number;
  /** As written: relative to the file, or an address. */
  readonly path: string;
  /** Constraints ask for nothing; they narrow what is asked for. */
  readonly role: 'requirements' | 'constraints';
}

/**
 * Reads a requirements file of pip in the order of its lines. Lines end, continue and are commented as in pip 26.3;
 * variables such as `${TOKEN}` stay as they are. Never throws: what cannot be read is an item that says so.
 */
export function readRequirementsFile(text: string): readonly (FileItem | Include)[] {
  return logicalLines(text.replace(/^\uFEFF/, '')).flatMap(({ line, content }) => {
    const bare = content.replace(COMMENT, '').trim();
    return bare === '' ? [] : [readLine(bare, line)];
  });
}

// A "#" begins a comment at the start of a line or after white space: addresses have fragments.
const COMMENT = /(?:^|\s+)#.*$/;

interface LogicalLine {
  readonly line: number;
  readonly content: string;
}

/** Joins lines that end with a backslash. A comment ends the line that it continues, and none goes on behind one. */
function logicalLines(text: string): readonly LogicalLine[] {
  const joined: LogicalLine[] = [];
  let begun: LogicalLine | undefined;
  for (const [index, physical] of text.split(/\r\n|\r|\n/).entries()) {
    const isComment = /^\s*#/.test(physical);
    const start = begun?.line ?? index + 1;
    const before = begun?.content ?? '';
    if (physical.endsWith('\\') && !isComment) {
      begun = { line: start, content: before + physical.replace(/\\+$/, '') };
      continue;
    }
    joined.push({ line: start, content: `${before}${isComment ? ' ' : ''}${physical}` });
    begun = undefined;
  }
  return begun === undefined ? joined : [...joined, begun];
}

function readLine(content: string, line: number): FileItem | Include {
  if (content.startsWith('-')) return readOption(content, line);
  // Options of one requirement, such as --hash, stand behind it.
  const text = content.replace(/\s+-.*$/s, '').trim();
  const reason = addressReason(text);
  if (reason !== undefined) return remarkOn('unapprovable', { line, text, reason });
  try {
    const requirement = parseRequirement(text);
    if (requirement.url === undefined) return { kind: 'requirement', line, requirement };
    return remarkOn('unapprovable', { line, text: requirement.name, reason: ADDRESS });
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return remarkOn('unapprovable', { line, text, reason: error.message });
  }
}

const ADDRESS = 'an address, not a version of the index: approve a release of the project instead';
const PATH = 'a path of this machine, which no index lists';

/** What pip takes for an address or a path (its `parse_req_from_line`); absent: it is a requirement. */
function addressReason(text: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return ADDRESS;
  const isPath = /^[^@;[]*[/\\]/.test(text) || text.startsWith('.');
  return isPath || /^[^@; ]*\.(?:whl|zip|tar\.gz|tgz|tar|tar\.bz2|tar\.xz)$/i.test(text)
    ? PATH
    : undefined;
}

const OPTION = /^(?<name>--[a-z-]+|-[a-zA-Z])(?:\s*=\s*|\s+)?(?<value>.*)$/s;

function readOption(content: string, line: number): FileItem | Include {
  const { name = content, value = '' } = OPTION.exec(content)?.groups ?? {};
  const path = unquoted(value.trim());
  switch (name) {
    case '-r':
    case '--requirement':
      return { kind: 'include', line, path, role: 'requirements' };
    case '-c':
    case '--constraint':
      return { kind: 'include', line, path, role: 'constraints' };
    case '-e':
    case '--editable':
      return remarkOn('unapprovable', { line, text: content, reason: EDITABLE });
    default:
      // Its value may be an address with a password.
      return remarkOn('ignored', { line, text: name, reason: OPTION_OF_PIP });
  }
}

const EDITABLE = 'an editable install is a folder or a repository, which no index lists';

const OPTION_OF_PIP = 'an option of pip, not a requirement';

function unquoted(text: string): string {
  return /^(["'])(?<inside>.*)\1$/.exec(text)?.groups?.['inside'] ?? text;
}
