/**
 * Whether an `__init__.py` does nothing of its own: it is empty but for comments and texts, or only makes its folder a
 * namespace in one of the old ways (packaging guide, "Packaging namespace packages"), so that many may bring it. What
 * is not plainly so is none.
 */
export function isNamespaceShim(content: Uint8Array): boolean {
  const text = decode(content);
  // In another encoding a comment may hold a line of code.
  const [, coding = 'utf-8'] = /coding[:=]\s*([-\w.]+)/.exec(text ?? '') ?? [];
  if (text === undefined || !/^(?:utf-?8|ascii)$/i.test(coding)) return false;
  const piece = new RegExp(PIECE, 'y');
  while (piece.lastIndex < text.length) {
    if (!piece.test(text)) return false;
  }
  return true;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(content: Uint8Array): string | undefined {
  try {
    return UTF8.decode(content);
  } catch {
    return undefined;
  }
}

const END = String.raw`(?=[ \t]*(?:[#;\r\n]|$))`;

const STATEMENTS = [
  String.raw`from[ \t]+pkgutil[ \t]+import[ \t]+extend_path`,
  String.raw`from[ \t]+pkg_resources[ \t]+import[ \t]+declare_namespace`,
  String.raw`import[ \t]+(?:pkgutil|pkg_resources)`,
  String.raw`__path__[ \t]*=[ \t]*(?:(?:pkgutil|__import__\((?:'pkgutil'|"pkgutil")\))\.)?extend_path\([ \t]*__path__,[ \t]*__name__[ \t]*\)`,
  String.raw`(?:(?:pkg_resources|__import__\((?:'pkg_resources'|"pkg_resources")\))\.)?declare_namespace\([ \t]*__name__[ \t]*\)`,
  String.raw`try[ \t]*:`,
  String.raw`except(?:[ \t]+(?:ImportError|ModuleNotFoundError|Exception))?[ \t]*:`,
  'pass',
  String.raw`from[ \t]+__future__[ \t]+import[ \t]+[\w, \t]+`,
].map((statement) => statement + END);

// Texts without a backslash, so that where they end is plain.
const TEXTS = [
  String.raw`"""(?:(?!""")[^\\])*"""`,
  String.raw`'''(?:(?!''')[^\\])*'''`,
  String.raw`"[^"\\\r\n]*"(?!")`,
  String.raw`'[^'\\\r\n]*'(?!')`,
].map((text) => text + END);

const PIECE = [String.raw`[\s;]+`, String.raw`#[^\r\n]*`, ...TEXTS, ...STATEMENTS].join('|');
