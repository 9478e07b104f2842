import { type Worth, readWeighted, worthOf } from './media-ranges.ts';

/** The form in which a page is written. */
export type PageForm = 'json' | 'html';

/** What goes over the wire. */
export type PageEncoding = 'identity' | 'gzip' | 'zstd';

/** One way to answer for a page; there is one object for each, so that it can be a key. */
export interface PageVariant {
  readonly form: PageForm;
  readonly contentType: string;
  readonly encoding: PageEncoding;
}

interface PageType {
  readonly form: PageForm;
  readonly contentType: string;
  /** Media types that ask for it; the first is its own name. */
  readonly names: readonly [string, ...(readonly string[])];
}

/** Also the answer to callers who name nothing: old clients and tools that know no other. */
const PLAIN_HTML: PageType = {
  form: 'html',
  contentType: 'text/html; charset=utf-8',
  names: ['text/html'],
};

// In the order in which they are chosen when the caller does not care: the one that says most first. The HTML ones
// say their charset, since old pips would guess another.
const TYPES: readonly PageType[] = [
  {
    form: 'json',
    contentType: 'application/vnd.pypi.simple.v1+json',
    names: ['application/vnd.pypi.simple.v1+json', 'application/vnd.pypi.simple.latest+json'],
  },
  {
    form: 'html',
    contentType: 'application/vnd.pypi.simple.v1+html; charset=utf-8',
    names: ['application/vnd.pypi.simple.v1+html', 'application/vnd.pypi.simple.latest+html'],
  },
  PLAIN_HTML,
];

const ENCODINGS: readonly PageEncoding[] = ['zstd', 'gzip', 'identity'];

const VARIANTS = TYPES.map((type) => ({
  type,
  variants: ENCODINGS.map((encoding): PageVariant => ({
    form: type.form,
    contentType: type.contentType,
    encoding,
  })),
}));

const PLAIN_JSON: Readonly<Record<PageEncoding, PageVariant>> = {
  zstd: { form: 'json', contentType: 'application/json', encoding: 'zstd' },
  gzip: { form: 'json', contentType: 'application/json', encoding: 'gzip' },
  identity: { form: 'json', contentType: 'application/json', encoding: 'identity' },
};

const acceptMemory = new Map<string, PageType | undefined>();
const encodingMemory = new Map<string, PageEncoding>();
const MEMORY_AT_MOST = 256;

/** What a caller says about the form of an answer. */
export interface PageWish {
  readonly accept: string | undefined;
  readonly acceptEncoding: string | undefined;
  /** The parameter `format`, which beats `Accept`. */
  readonly format: unknown;
}

/** Chooses how to answer for a page (PEP 691); absent: the caller accepts nothing that there is. */
export function chooseVariant({
  accept,
  acceptEncoding,
  format,
}: PageWish): PageVariant | undefined {
  const type = format === undefined ? acceptedType(accept ?? '') : namedType(format);
  if (type === undefined) return undefined;
  const encoding = acceptedEncoding(acceptEncoding ?? '');
  return VARIANTS.find((row) => row.type === type)?.variants.find(
    (variant) => variant.encoding === encoding,
  );
}

/** How to answer where JSON is all there is; `Accept` is not asked, as PyPI's JSON API does not. */
export function chooseJsonVariant(acceptEncoding: string | undefined): PageVariant {
  return PLAIN_JSON[acceptedEncoding(acceptEncoding ?? '')];
}

/** Whether a caller would rather have JSON than a page for people. */
export function prefersJson(accept: string | undefined, format: unknown): boolean {
  if (format !== undefined) return format === 'json';
  const ranges = readWeighted(accept ?? '');
  const page = worthOf(ranges, 'text/html');
  return bestWorth([page, worthOf(ranges, 'application/json')]) !== page;
}

/** A `+` in a query means a space, and people write the type as it is. */
function namedType(format: unknown): PageType | undefined {
  if (typeof format !== 'string') return undefined;
  const name = format.replaceAll(' ', '+').toLowerCase();
  return TYPES.find(({ names }) => names.includes(name));
}

function acceptedType(accept: string): PageType | undefined {
  return remembered(acceptMemory, accept, () => bestType(accept));
}

function bestType(accept: string): PageType | undefined {
  const ranges = readWeighted(accept);
  // Nothing, or nothing that can be read, asks for nothing in particular.
  if (ranges.length === 0) return PLAIN_HTML;
  const rated = TYPES.map((type) => ({
    type,
    worth: bestWorth(type.names.map((name) => worthOf(ranges, name))),
  }));
  const best = bestWorth(rated.map(({ worth }) => worth));
  if (best.weight === 0) return undefined;
  const equal = rated
    .filter(({ worth }) => worth.weight === best.weight && worth.closeness === best.closeness)
    .map(({ type }) => type);
  return best.closeness === 1 && equal.includes(PLAIN_HTML) ? PLAIN_HTML : equal[0];
}

/** Higher weight wins, then the closer name: poetry's JSON over its own wildcard. */
function bestWorth(worths: readonly Worth[]): Worth {
  return worths.reduce((best, next) => {
    const difference = next.weight - best.weight || next.closeness - best.closeness;
    return difference > 0 ? next : best;
  });
}

function acceptedEncoding(header: string): PageEncoding {
  return remembered(encodingMemory, header, () => bestEncoding(header));
}

/** RFC 9110 §12.5.3. Where everything is excluded, identity is still sent rather than nothing. */
function bestEncoding(header: string): PageEncoding {
  const members = readWeighted(header);
  const weights = ENCODINGS.map((encoding) => {
    const named = members.find(
      ({ name }) => name === encoding || (encoding === 'gzip' && name === 'x-gzip'),
    );
    const any = members.find(({ name }) => name === '*');
    return {
      encoding,
      weight: named?.weight ?? (encoding === 'identity' ? undefined : any?.weight) ?? 0,
    };
  });
  const best = Math.max(...weights.map(({ weight }) => weight));
  return best === 0
    ? 'identity'
    : (weights.find(({ weight }) => weight === best)?.encoding ?? 'identity');
}

/** Clients send few different headers; a caller who sends many only empties the memory. */
function remembered<Value>(memory: Map<string, Value>, key: string, compute: () => Value): Value {
  const known = memory.get(key);
  if (known !== undefined) return known;
  if (memory.size >= MEMORY_AT_MOST) memory.clear();
  const value = compute();
  memory.set(key, value);
  return value;
}
