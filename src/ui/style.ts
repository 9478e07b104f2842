import { createHash } from 'node:crypto';

/** The one style of the pages for people: system fonts, light and dark, nothing to load. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --dim: #59636e; --line: #d1d9e0; --ground: #fff; --panel: #f6f8fa;
  --approve: #116329; --review: #7d4e00; --deny: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9198a1; --line: #3d444d; --ground: #0d1117;
  --panel: #151b23; --approve: #56d364; --review: #e3b341; --deny: #ff7b72; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 2.5rem 1.25rem 4rem; background: var(--ground); color: var(--text);
  font: 1rem/1.6 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.125rem; }
p { margin: 0.5rem 0; }
.verdict { font-size: 1.125rem; font-weight: 600; }
.approve { color: var(--approve); } .review { color: var(--review); } .deny { color: var(--deny); }
.dim { color: var(--dim); font-size: 0.875rem; }
code, pre { font: 0.875em/1.5 ui-monospace, "Liberation Mono", monospace; }
code { overflow-wrap: anywhere; }
pre { margin: 0.5rem 0; padding: 0.75rem 1rem; background: var(--panel); border: 1px solid var(--line);
  border-radius: 6px; overflow-x: auto; }
ul, ol { margin: 0.5rem 0; padding-left: 1.25rem; }
li { margin: 0.25rem 0; }
.findings { list-style: none; padding: 0; }
.findings > li { margin: 0.75rem 0; padding: 0.75rem 1rem; background: var(--panel); border: 1px solid var(--line);
  border-left: 4px solid currentcolor; border-radius: 6px; }
.findings > .approve { color: var(--dim); }
.findings p { color: var(--text); } .findings .dim { color: var(--dim); }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; }
td:nth-child(2) { white-space: nowrap; }
th, td { padding: 0.5rem 0.75rem 0.5rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td p { margin: 0 0 0.25rem; }
tbody th { color: var(--text); }
summary { margin: 1rem 0; cursor: pointer; }
th { color: var(--dim); font-weight: 600; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
`;

/** What a Content-Security-Policy calls the style. */
export const STYLE_SOURCE = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
