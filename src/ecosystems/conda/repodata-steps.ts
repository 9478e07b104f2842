import { CLOSE_OBJECT, COMMA, OPEN_OBJECT, QUOTE, skipSpace } from './json-scan.ts';
import { enter, refusedAt, type Level, type Progress, type Window } from './repodata-cursor.ts';
import { takeCompactRecords } from './repodata-fast.ts';
import { hasRecords, takeMember } from './repodata-members.ts';
import { passOver } from './repodata-outer.ts';

/** Goes as far as the window lets it; says where it stopped. Every step starts at a byte that is not white space. */
export function advance(progress: Progress, window: Window): number {
  let at = 0;
  for (;;) {
    const start = progress.skip === undefined ? skipSpace(window.bytes, at) : at;
    if (start === window.bytes.length) return start;
    const next = step(progress, window, start);
    if (next === undefined) return start;
    at = next;
  }
}

/** One step from `at`; says where it ended, `undefined` when it needs more bytes. */
function step(progress: Progress, window: Window, at: number): number | undefined {
  const byte = window.bytes[at];
  if (progress.skip !== undefined) return passOver(progress, window, at);
  if (progress.level === 'done') {
    throw refusedAt(window, at, 'trailing-bytes', 'something follows the document');
  }
  if (progress.level === 'start') {
    // The first byte of U+FEFF: the bytes are UTF-8. Readers differ in whether they take it.
    if (byte === 0xef && window.offset + at === 0) {
      throw refusedAt(window, at, 'byte-order-mark', 'begins with a byte order mark');
    }
    if (byte !== OPEN_OBJECT) throw refusedAt(window, at, 'not-an-object', 'expected an object');
    enter(progress, 'top', '');
    return at + 1;
  }
  if (byte === CLOSE_OBJECT && progress.expecting !== 'key') return leave(progress, at + 1);
  if (progress.expecting === 'next') {
    if (byte !== COMMA) throw refusedAt(window, at, 'not-json', 'expected a comma or the end');
    progress.expecting = 'key';
    return at + 1;
  }
  if (byte !== QUOTE) throw refusedAt(window, at, 'not-json', 'expected a key');
  if (!hasRecords(progress.level)) return takeMember(progress, window, at);
  const reached = takeCompactRecords(progress, window, at);
  return reached === at ? takeMember(progress, window, at) : reached;
}

const OUTSIDE: Readonly<Record<Level, Level>> = {
  start: 'done',
  top: 'done',
  group: 'top',
  v3: 'top',
  'v3-group': 'v3',
  done: 'done',
};

function leave(progress: Progress, at: number): number {
  progress.level = OUTSIDE[progress.level];
  progress.expecting = 'next';
  return at;
}
