import type { ProjectName } from '../../model/subject.ts';

const MAX_NAME_LENGTH = 64;
const MAX_LABEL_LENGTH = 255;

// CEP 26: words of letters and digits with single separators; one underscore may begin it, two only a virtual package.
const NAME = /^(?!__)[a-z0-9_][._-]?(?:[a-z0-9]+[._-])*[a-z0-9]*$/;
const VIRTUAL_NAME = /^__[a-z0-9][a-z0-9_-]*$/;
const CHANNEL = /^[a-z0-9]+(?:(?:[._/-]|__)[a-z0-9]+)*$/i;
const LABEL = /^[a-z][0-9a-z_\-./]*$/i;
const SUBDIR = /^(?:noarch|[a-z0-9]+-[a-z0-9]+)$/;

/** A name as CEP 26 allows it, in lower case; absent: it is none. Virtual packages such as `__glibc` have none. */
export function findCondaName(text: string): ProjectName | undefined {
  return isCondaName(text) ? text : undefined;
}

/** Whether a text is the name of a package that a channel may hold (CEP 26). */
export function isCondaName(text: string): text is ProjectName {
  return text.length <= MAX_NAME_LENGTH && NAME.test(text);
}

/** Whether a text names a virtual package, which the system has and no channel (CEP 30). */
export function isVirtualName(text: string): text is ProjectName {
  return text.length <= MAX_NAME_LENGTH && VIRTUAL_NAME.test(text);
}

/** Whether a text can name a channel: `conda-forge`, `pkgs/main`. */
export function isChannelName(text: string): boolean {
  return text.length <= MAX_LABEL_LENGTH && CHANNEL.test(text);
}

/** Whether a text can name a label of a channel; it may hold `/`. */
export function isLabel(text: string): boolean {
  return text.length <= MAX_LABEL_LENGTH && LABEL.test(text) && !/(?:^|\/)\.*(?:\/|$)/.test(text);
}

/** Whether a text can name a folder of a channel: `noarch`, `linux-64`. */
export function isSubdir(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && SUBDIR.test(text);
}
