import { readFile } from 'node:fs/promises';

import { GatehouseError } from '../model/errors.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/policy.ts';

/** The text of the policy file; throws `invalid-setting` when it cannot be read. */
export async function readPolicyText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new GatehouseError('invalid-setting', `the policy file cannot be read: ${path}`, {
      hint: 'set GATEHOUSE_POLICY, or start in the folder that has policy.yaml',
      cause: error,
    });
  }
}

/** Reads the policy file; throws `invalid-setting` or `invalid-policy`. */
export async function readPolicy(path: string): Promise<Policy> {
  return loadPolicy({ text: await readPolicyText(path), file: path });
}
