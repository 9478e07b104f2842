/** A start tag of an HTML document. */
export interface HtmlTag {
  /** Lower-case. */
  readonly name: string;
  /** Names in lower case, values with their character references decoded; the first of two equal names. */
  readonly attributes: ReadonlyMap<string, string>;
}

/**
 * Lists the start tags of a document as a browser would see them (HTML standard, "Tokenization"), in linear time,
 * and never fails: comments, end tags, text and the contents of scripts and the like are passed over, and a tag
 * that the document's end cuts off is none.
 */
export function* listHtmlTags(html: string): Generator<HtmlTag> {
  let position = html.indexOf('<');
  while (position !== -1) {
    const markup = readMarkup(html, position);
    if (markup.tag !== undefined) yield markup.tag;
    position = html.indexOf('<', markup.end);
  }
}

interface Markup {
  readonly tag?: HtmlTag;
  /** Where the next markup may begin. */
  readonly end: number;
}

function readMarkup(html: string, start: number): Markup {
  if (html.startsWith('<!--', start)) return { end: endAfter(html, /--!?>/g, start + 2) };
  if (/[!?/]/.test(html.charAt(start + 1))) return { end: endAfter(html, />/g, start + 1) };
  const afterName = skip(/[a-z][^\t\n\f\r />]*/iy, html, start + 1);
  if (afterName === start + 1) return { end: start + 1 };
  const { attributes, end } = readAttributes(html, afterName);
  if (end > html.length) return { end };
  const name = html.slice(start + 1, afterName).toLowerCase();
  return { tag: { name, attributes }, end: endOfContents(html, name, end) };
}

function readAttributes(
  html: string,
  start: number,
): { readonly attributes: ReadonlyMap<string, string>; readonly end: number } {
  const attributes = new Map<string, string>();
  let position = start;
  for (;;) {
    position = skip(/[\t\n\f\r /]*/y, html, position);
    if (html.charAt(position) === '>') return { attributes, end: position + 1 };
    const afterName = skip(/[^\t\n\f\r />][^\t\n\f\r />=]*/y, html, position);
    const value = matchAt(VALUE, html, afterName);
    // What the document's end or a quote that never closes cuts off.
    if (afterName === position || value === undefined) return { attributes, end: html.length + 1 };
    const name = html.slice(position, afterName).toLowerCase();
    const text = value[1] ?? value[2] ?? value[3] ?? '';
    if (!attributes.has(name)) attributes.set(name, decodeReferences(text));
    position = afterName + value[0].length;
  }
}

// In double quotes, in single ones, bare, forgotten, or none at all.
const VALUE =
  /[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r >"'][^\t\n\f\r >]*)|(?=>))|(?![\t\n\f\r ]*=)/y;

/** Contents that are text whatever they look like. */
const TEXT_ELEMENTS: ReadonlySet<string> = new Set([
  'iframe',
  'noembed',
  'noframes',
  'script',
  'style',
  'textarea',
  'title',
  'xmp',
]);

function endOfContents(html: string, name: string, start: number): number {
  if (!TEXT_ELEMENTS.has(name)) return start;
  const close = new RegExp(`</${name}(?=[\\t\\n\\f\\r />])`, 'gi');
  close.lastIndex = start;
  return close.exec(html)?.index ?? html.length;
}

function endAfter(html: string, pattern: RegExp, start: number): number {
  const match = matchAt(pattern, html, start);
  return match === undefined ? html.length : match.index + match[0].length;
}

function skip(pattern: RegExp, html: string, start: number): number {
  return start + (matchAt(pattern, html, start)?.[0].length ?? 0);
}

function matchAt(pattern: RegExp, html: string, start: number): RegExpExecArray | undefined {
  pattern.lastIndex = start;
  return pattern.exec(html) ?? undefined;
}

const NAMED_REFERENCES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['apos', "'"],
  ['gt', '>'],
  ['lt', '<'],
  ['quot', '"'],
]);

/** Decodes what index software writes; none of the standard's other names belongs into a URL or a version. */
function decodeReferences(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9a-f]+);?|#([0-9]+);?|([a-z]+);)/gi,
    (whole, hex, decimal, name) => {
      if (typeof name === 'string') return NAMED_REFERENCES.get(name) ?? whole;
      return characterOf(typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal));
    },
  );
}

function characterOf(codePoint: number): string {
  const isScalar =
    codePoint > 0 && codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
  return isScalar ? String.fromCodePoint(codePoint) : '\ufffd';
}
