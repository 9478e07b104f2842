/** HTML that is safe to send: made only by `markup`, which escapes whatever is put into it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes; `undefined` writes nothing. */
export type Part = Html | string | number | undefined | readonly Part[];

/**
 * A template of HTML whose values are escaped, unless they are Html themselves. Attributes stand in double quotes.
 * Not called `html`, because formatters would change the white space of its templates.
 */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const [first = '', ...rest] = literals;
  return new Html(rest.reduce((text, next, index) => text + write(parts[index]) + next, first));
}

function write(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(write).join('');
  return `${part}`.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
