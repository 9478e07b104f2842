import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { type PolicyReading, findPolicyProblems } from './policy/load.ts';
import type { Policy } from './policy/policy.ts';
import type { PolicyProblem } from './policy/problem.ts';

const LOOK_EVERY_MS = 500;
const RETRY_MS = 2000;

export interface PolicyWatch extends Disposable {
  /** Problems of the file as it is now; empty while it can be used. */
  problems(): readonly PolicyProblem[];
}

export interface PolicyWatcher {
  /** A valid file with other content than before. */
  changed(policy: Policy): Promise<void>;
  /** The file cannot be used; the policy in force stays. */
  broken(problems: readonly PolicyProblem[]): void;
  /** `changed` threw; it is tried again. */
  failed(error: unknown): void;
}

/**
 * Watches the policy file by looking at it: editors replace files, and mounted volumes send no events. Only
 * an observed change activates a policy.
 */
export function watchPolicy(path: string, inForce: Policy, watcher: PolicyWatcher): PolicyWatch {
  let digest: string = inForce.digest;
  let problems: readonly PolicyProblem[] = [];
  let reading: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    const found: PolicyReading =
      text === undefined ? unreadable(path) : findPolicyProblems({ text, file: path });
    problems = found.problems;
    if (found.policy === undefined) watcher.broken(problems);
    else if (found.policy.digest !== digest) {
      await watcher.changed(found.policy);
      digest = found.policy.digest;
    }
  }

  function onChange(): void {
    reading = reading.then(look).catch((error: unknown) => {
      watcher.failed(error);
      setTimeout(onChange, RETRY_MS).unref();
    });
  }

  watchFile(path, { interval: LOOK_EVERY_MS }, onChange);
  return {
    problems: () => problems,
    [Symbol.dispose]: () => unwatchFile(path, onChange),
  };
}

function unreadable(path: string): PolicyReading {
  return {
    problems: [{ file: path, line: 1, column: 1, message: 'the policy file cannot be read' }],
  };
}
