/** Every code that a GatehouseError can carry; `proxy/problems.ts` maps each to an HTTP status. */
export const ERROR_CODES = [
  'archive-refused',
  'artifact-refused',
  'invalid-expression',
  'invalid-filename',
  'invalid-hash',
  'invalid-key',
  'invalid-metadata',
  'invalid-name',
  'invalid-page',
  'invalid-policy',
  'invalid-request',
  'invalid-requirement',
  'invalid-setting',
  'invalid-specifier',
  'invalid-version',
  'ledger-inconsistent',
  'not-found',
  'not-ready',
  'store-corrupt',
  'store-full',
  'store-too-new',
  'store-unavailable',
  'upstream-mismatch',
  'upstream-not-found',
  'upstream-refused',
  'upstream-unavailable',
  'wrong-use',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorDetails {
  /** What to do next, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Values for programs, never secrets. */
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

/** The one error of the project. The message says what, expected, got; the hint what to do next. */
export class GatehouseError extends Error {
  override readonly name = 'GatehouseError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.data = details.data ?? {};
  }
}

export function isGatehouseError(error: unknown, code?: ErrorCode): error is GatehouseError {
  return error instanceof GatehouseError && (code === undefined || error.code === code);
}
