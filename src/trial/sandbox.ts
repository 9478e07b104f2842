import type { Interpreter } from './interpreter.ts';
import type { TrialLimits } from './limits.ts';

/** A folder of the system as the sandbox has it: the folder itself, read-only, or the link that it is. */
export interface SystemPath {
  readonly path: string;
  /** Where the link leads; absent: it is a folder or a file. */
  readonly link?: string;
}

/** What a sandbox is made of. */
export interface SandboxPlan {
  readonly prlimit: string;
  readonly bwrap: string;
  readonly system: readonly SystemPath[];
  readonly interpreter: Interpreter;
  /** Holds the wheels, under their own names. */
  readonly files: string;
  readonly probe: string;
  readonly limits: TrialLimits;
}

/**
 * The words that run the probe in a sandbox: namespaces of its own for users, processes, network, mounts, IPC and
 * host name; no capability, no further user namespace, no environment, nothing writable but its own memory.
 */
export function sandboxLine(plan: SandboxPlan, task: string): readonly string[] {
  const { interpreter, limits } = plan;
  return [
    plan.prlimit,
    `--as=${limits.memoryBytes}`,
    `--fsize=${limits.fileBytes}`,
    `--nproc=${limits.processes}`,
    `--cpu=${limits.cpuSeconds}`,
    '--core=0',
    '--nofile=1024',
    '--',
    plan.bwrap,
    '--unshare-user',
    '--unshare-all',
    '--disable-userns',
    '--as-pid-1',
    '--die-with-parent',
    '--new-session',
    '--clearenv',
    '--cap-drop',
    'ALL',
    '--uid',
    '65534',
    '--gid',
    '65534',
    '--hostname',
    'trial',
    ...plan.system.flatMap(({ path, link }) =>
      link === undefined ? ['--ro-bind', path, path] : ['--symlink', link, path],
    ),
    ...interpreter.folders.flatMap((path) => ['--ro-bind', path, path]),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--size',
    `${SMALL_BYTES}`,
    '--tmpfs',
    '/tmp',
    '--size',
    `${limits.unpackedBytes}`,
    '--tmpfs',
    '/trial',
    '--dir',
    '/trial/target',
    '--dir',
    '/trial/tmp',
    '--dir',
    '/trial/home',
    '--ro-bind',
    plan.files,
    '/trial/files',
    '--ro-bind',
    plan.probe,
    '/trial/probe.py',
    // Everything is in place: nothing new appears at the root.
    '--remount-ro',
    '/',
    '--chdir',
    '/trial/tmp',
    '--setenv',
    'PATH',
    '/usr/bin:/bin',
    '--setenv',
    'HOME',
    '/trial/home',
    '--setenv',
    'TMPDIR',
    '/trial/tmp',
    '--setenv',
    'LANG',
    'C.UTF-8',
    '--',
    interpreter.path,
    '-I',
    '-B',
    '/trial/probe.py',
    'install',
    task,
  ];
}

const SMALL_BYTES = 64 * 1024 * 1024;
