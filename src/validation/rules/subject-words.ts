import type { RuleInput } from './rule.ts';

/** How a message names what is judged: `numpy 2.4.0`, or by its file name where no version can be read. */
export function describeSubject({ subject, name }: Pick<RuleInput, 'subject' | 'name'>): string {
  const { project, filename } = subject;
  return name === undefined ? `${project} (${filename})` : `${project} ${name.version.text}`;
}

const LONGEST_QUOTE = 120;

/** A text from outside as a part of a message: quoted, and not longer than a reader likes. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text);
}

/** `a, b, c and 5 more`. */
export function listSome(texts: readonly string[], most = 3): string {
  const rest = texts.length - most;
  const named = texts.slice(0, most).join(', ');
  return rest > 0 ? `${named} and ${rest} more` : named;
}
