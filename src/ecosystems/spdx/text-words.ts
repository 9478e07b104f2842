// SPDX "License List Matching Guidelines", in the order in which they have to be applied: what tells no licences apart is
// dropped. Both sides of every comparison are read by these, so that a line too much harms little.
const COMMENT_MARKS = /^[ \t]*(?:\/\/+|\/\*+|\*+\/|[#*|;%>]+|--+|\.\.|rem\b)[ \t]?/gim;
const RULES = /^[ \t]*[-=_*#~+^"`.]{3,}[ \t]*$/gm;
const LIST_MARKS = /^[ \t]*(?:[-*+\u2022\u00b7o]|\(?(?:[0-9]{1,2}|[a-z]|[ivx]{1,4})[.)])[ \t]+/gim;
// Not the lines of a wrapped sentence that begin with "copyright holders", "copyright notice" and their like.
const COPYRIGHT_LINES =
  /^[ \t"'`]*(?:portions[ \t]+(?:are[ \t]+)?)?(?:(?:copyrights?|\(c\)|\u00a9)[ \t:]*(?:\(c\)|\u00a9|by\b|[0-9<[{]|&copy;)[^\n]*|copyright[ \t]+(?!(?:holder|owner|notice|and|or|law|licen[cs]e|statement|interest|permission|in|is|on|to|the|for)s?\b)(?-i:[A-Z])[^\n]*)/gim;
const ALL_RIGHTS_RESERVED = /\ball[ \t]+rights[ \t]+reserved\b\.?/gi;
const MARKUP = /<\/?[a-z][a-z0-9]{0,9}(?:[ \t][^<>\n]{0,200})?>|&(?:quot|amp|lt|gt|nbsp|copy);/gi;
const WORD = /[a-z0-9]+(?:[.][0-9]+)*/g;

// Words that SPDX counts as equal, and the two spellings of English.
const EQUAL_WORDS: ReadonlyMap<string, string> = new Map(
  [
    'acknowledgement acknowledgment',
    'analogue analog',
    'analyse analyze',
    'artefact artifact',
    'authorisation authorization',
    'authorised authorized',
    'calibre caliber',
    'cancelled canceled',
    'capitalisations capitalizations',
    'catalogue catalog',
    'centre center',
    'copyrights copyright',
    'emphasised emphasized',
    'favour favor',
    'favourite favorite',
    'fulfil fulfill',
    'fulfilment fulfillment',
    'https http',
    'initialise initialize',
    'judgement judgment',
    'labelling labeling',
    'labour labor',
    'licence license',
    'licences licenses',
    'maximise maximize',
    'modelled modeled',
    'modelling modeling',
    'offence offense',
    'optimise optimize',
    'organisation organization',
    'organise organize',
    'practise practice',
    'programme program',
    'realise realize',
    'recognise recognize',
    'signalling signaling',
    'sublicence sublicense',
    'utilisation utilization',
    'whilst while',
    'wilful willful',
  ].map((pair) => {
    const [from = '', to = ''] = pair.split(' ');
    return [from, to] as const;
  }),
);

/**
 * The words of a licence text that count when two are compared: no case, punctuation, white space, comment marks,
 * bullets, numbers of paragraphs or copyright lines.
 */
export function wordsOfText(text: string): readonly string[] {
  const plain = text
    .normalize('NFKC')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replaceAll(RULES, '')
    .replaceAll(COMMENT_MARKS, '')
    .replaceAll(MARKUP, unlessRestricting)
    .replaceAll(COPYRIGHT_LINES, unlessRestricting)
    .replaceAll(ALL_RIGHTS_RESERVED, ' ')
    .replaceAll(LIST_MARKS, '')
    // A word that is parted at the end of a line.
    .replaceAll(/([a-z])-\n[ \t]*([a-z])/g, '$1$2')
    .replaceAll(/['\u2018\u2019]/g, '');
  const words = plain.toLowerCase().match(WORD) ?? [];
  return words.map((word) => EQUAL_WORDS.get(word) ?? word);
}

// "Copyright 2020 Somebody. Commercial use is prohibited." is more than a copyright line.
const RESTRICTS =
  /\b(?:(?:non-?)?commercial(?:ly)?|prohibited|forbidden|restricted|restrictions?|proprietary|not|only|except|without|[al]?gpl)\b/i;

function unlessRestricting(found: string): string {
  return RESTRICTS.test(found) ? found : ' ';
}
