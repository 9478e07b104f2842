/** One notice of a channel (CEP 6). conda shows each `id` once. */
export interface Notice {
  readonly id: string;
  readonly message: string;
  readonly level: 'info' | 'warning' | 'critical';
  /** Instants as ISO 8601 has them. */
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** Writes `notices.json` (CEP 6): the same notices give the same text. */
export function renderNotices(notices: readonly Notice[]): string {
  return JSON.stringify({
    notices: notices.map(({ id, message, level, createdAt, expiresAt }) => ({
      id,
      message,
      level,
      created_at: createdAt,
      expires_at: expiresAt,
    })),
  });
}
