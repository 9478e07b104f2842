import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

import { z } from 'zod';

import { findProgram, type Host } from './host.ts';

/** A Python of this host that has pip. */
export interface Interpreter {
  readonly path: string;
  /** Major and minor version, as targets have it. */
  readonly python: string;
  /** What it needs besides the folders of the system. */
  readonly folders: readonly string[];
}

/** The Python at a path, or that of a version on the search path; absent: there is none, or it has no pip. */
export async function findInterpreter(
  host: Host,
  wanted: { readonly path: string } | { readonly python: string },
): Promise<Interpreter | undefined> {
  const found = 'path' in wanted ? wanted.path : await findProgram(host, `python${wanted.python}`);
  if (found === undefined) return undefined;
  try {
    // Of a virtual environment that leads to the Python which it is of.
    const path = await realpath(found);
    const { stdout } = await promisify(execFile)(path, ['-I', '-c', QUESTION], ASKING);
    const { python, prefixes } = answerSchema.parse(JSON.parse(stdout));
    if ('python' in wanted && wanted.python !== python) return undefined;
    return { path, python, folders: foldersBeyond([...prefixes]) };
  } catch {
    // A stub that knows no such version, a program that is no Python, or one without pip.
    return undefined;
  }
}

const QUESTION = `import json, pip, sys
print(json.dumps({
  "python": "%d.%d" % sys.version_info[:2],
  "prefixes": [sys.base_prefix, sys.base_exec_prefix],
}))`;

const ASKING = { timeout: 30_000, maxBuffer: 64 * 1024 };

const answerSchema = z.object({
  python: z.string().regex(/^3\.[0-9]{1,2}$/),
  prefixes: z.array(z.string().regex(/^\/[^\0]+$/)),
});

function foldersBeyond(prefixes: readonly string[]): readonly string[] {
  const own = prefixes.filter((path) => path !== '/usr' && !path.startsWith('/usr/'));
  return [...new Set(own)];
}
