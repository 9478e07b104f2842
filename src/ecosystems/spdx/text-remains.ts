/** Names, lists of files and thanks may stand beside a licence; words like these may take back what it gives. */
const RESTRICTING = new Set(
  [
    'not non no never nor only except exception exceptions without unless must shall however',
    'noncommercial commercial commercially prohibited forbidden restricted restriction restrictions',
    'additional additionally evil military clause condition conditions terms academic research educational',
    'dual either following license licensed licenses agreement proprietary',
    'gpl lgpl agpl gnu gplv2 gplv3 gpl2 gpl3',
  ].flatMap((line) => line.split(' ')),
);

// Names of licences as headings have them, and what introduces a text.
const NAME =
  '(?:mit|isc|apache|bsd|new bsd|modified bsd|revised bsd|simplified bsd|zero clause bsd|zlib|expat|python|psf|boost)';
const HARMLESS = new RegExp(
  [
    `\\b(?:the )?(?:${NAME} )?(?:software )?(?:[0-9] clause )?(?:bsd )?license(?: mit| expat| isc| bsd)?\\b`,
    `\\b(?:released|licensed|distributed|available|published|provided) under (?:the )?(?:terms of )?(?:the )?(?:following )?(?:[0-9] clause )?${NAME}(?: [0-9] clause)?(?: license)?\\b`,
    '\\b(?:[0-9]|zero) clause\\b',
    '\\b(?:begin|end) license block\\b',
  ].join('|'),
  'g',
);

/** Begins a condition; "provided by somebody" does not. */
const CONDITION = /\bprovided that\b/;

/** Whether words that stand beside a licence text cannot change what it says. */
export function isHarmless(words: readonly string[]): boolean {
  const left = words.join(' ').replaceAll(HARMLESS, ' ');
  return !CONDITION.test(left) && !left.split(' ').some((word) => RESTRICTING.has(word));
}
