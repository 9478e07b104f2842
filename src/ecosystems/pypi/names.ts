import { GatehouseError } from '../../model/errors.ts';
import type { ProjectName } from '../../model/subject.ts';

const MAX_NAME_LENGTH = 255;
const NAME = /^(?:[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$/i;
const NORMAL_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Whether a text is a project's name in normal form (PEP 503). */
export function isProjectName(text: string): text is ProjectName {
  return text.length <= MAX_NAME_LENGTH && NORMAL_NAME.test(text);
}

/** Reads any spelling of a name that PEP 508 allows and gives its normal form; throws `invalid-name`. */
export function parseProjectName(text: string): ProjectName {
  const name = findProjectName(text);
  if (name === undefined) {
    throw new GatehouseError(
      'invalid-name',
      `not a project name of ASCII letters, digits and inner "-", "_", ".": ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return name;
}

/** As `parseProjectName`; absent where that throws. */
export function findProjectName(text: string): ProjectName | undefined {
  if (text.length > MAX_NAME_LENGTH || !NAME.test(text)) return undefined;
  const name = normaliseExtra(text);
  return isProjectName(name) ? name : undefined;
}

/** The form in which names of extras are compared (PEP 685). Does not say whether the name is valid. */
export function normaliseExtra(text: string): string {
  return text.toLowerCase().replaceAll(/[-_.]+/g, '-');
}
