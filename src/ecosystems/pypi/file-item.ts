import type { Requirement } from './requirements.ts';

/** One thing that a requirements file or a lock says. */
export type FileItem = FileRequirement | FileRemark;

export interface FileRequirement {
  readonly kind: 'requirement';
  /** Absent in locks, which people do not write. */
  readonly line?: number;
  readonly requirement: Requirement;
}

/** `unapprovable`: asked for, but no release of an index. `ignored`: asks for nothing. */
export interface FileRemark {
  readonly kind: 'unapprovable' | 'ignored';
  readonly line?: number;
  /** Its name, or how it is written. */
  readonly text: string;
  readonly reason: string;
}

/** An item that nothing can be written for. What others wrote is shown without passwords and control characters. */
export function remarkOn(
  kind: FileRemark['kind'],
  said: { readonly text: string; readonly reason: string; readonly line?: number },
): FileRemark {
  return { kind, ...said, text: shown(said.text).slice(0, 80), reason: shown(said.reason) };
}

function shown(text: string): string {
  return text.replaceAll(/\/\/[^/@\s]*@/g, '//').replaceAll(/\p{Cc}/gu, '?');
}
