/** Keys and tokens by their issuers' own forms; each is anchored so that prose about it does not match. */
const PATTERNS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  [
    'private-key',
    /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s*(?:\\n)?[A-Za-z0-9+/=\s\\]{200,}/,
  ],
  [
    'aws-secret-key',
    /\bA(?:KIA|SIA)(?![A-Z0-9]*EXAMPLE)[A-Z2-7]{16}\b[^]{0,200}?(?<![A-Za-z0-9/+])(?![A-Za-z0-9/+]*EXAMPLE)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/,
  ],
  ['github-token', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b/],
  ['gitlab-token', /\bglpat-[A-Za-z0-9_-]{20}\b/],
  ['pypi-token', /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}/],
  ['npm-token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['hugging-face-token', /\bhf_[A-Za-z]{34}\b/],
  ['slack-token', /\bxox[abprs]-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9]{24,32}\b/],
  [
    'google-service-account',
    /"type":\s*"service_account"[^]{0,400}"private_key":\s*"-----BEGIN PRIVATE KEY-----\\n[A-Za-z0-9+/=\\n]{200,}/,
  ],
  ['stripe-key', /\bsk_live_[A-Za-z0-9]{24,}\b/],
];

/** What every one of the patterns needs: nearly all texts have none of it, and are done with after one pass. */
const HINT =
  /PRIVATE KEY-----|A(?:KIA|SIA)[A-Z2-7]|gh[pousr]_|github_pat_|glpat-|pypi-AgE|npm_|\bhf_|xox[abprs]-|sk_live_/;

/** The kinds of secrets that a text holds; the text may be in any encoding that keeps ASCII. */
export function findSecrets(text: string): readonly string[] {
  if (!HINT.test(text)) return [];
  return PATTERNS.filter(([, pattern]) => pattern.test(text)).map(([kind]) => kind);
}
