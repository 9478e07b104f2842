import type { Logger } from 'pino';

import type { Mirror } from '../mirror/mirror.ts';
import type { Clock } from '../model/time.ts';

/** Who fetched what, as one flat JSON object; `src/ledger/access.ts` keeps such lines. */
export type AccessLine = Readonly<Record<string, string | number | boolean | undefined>>;

/** What every surface of the service works with. */
export interface ServiceParts {
  readonly mirror: Mirror;
  /** Keeps a line of the access log; never throws, never waits. */
  readonly record: (line: AccessLine) => void;
  readonly clock: Clock;
  readonly log: Logger;
  /** Base of the links in messages, without a slash at the end; never the caller's Host. */
  readonly publicUrl: string;
}
