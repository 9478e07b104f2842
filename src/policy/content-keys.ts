/** What of its contents the policy decides about, by its key in `content`. */
export const CONTENT_KEYS = [
  'startup',
  'notebook',
  'executables',
  'pickles',
  'secrets',
  'obfuscation',
  'drift',
  'build',
  'link-scripts',
  'collisions',
  'install-probe',
] as const;

export type ContentKey = (typeof CONTENT_KEYS)[number];

/** What the policy does about something of that kind that no person has looked at. */
export type ContentEffect = 'allow' | 'review' | 'deny';
