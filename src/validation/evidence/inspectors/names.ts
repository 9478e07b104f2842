import { CONTENTS_LISTED, type LayoutFault, NAMES_LISTED } from '../../../model/contents.ts';
import { findEntryPoints } from './entry-points.ts';
import type { InspectedMember, Inspector, Seen, WheelLayout } from './inspector.ts';
import { moduleOf } from './module-name.ts';

const MOST_BYTES = 1024 * 1024;

/**
 * Finds the names that a wheel takes: what becomes importable, and what becomes a command; and what of its layout
 * clients could take for something else. Does not see names that a package makes up when it is imported.
 */
export function inspectNames({ distInfo, members }: WheelLayout): Inspector {
  const entryPoints = `${distInfo}/entry_points.txt`;
  const modules = new Set(members.map(moduleOf).filter((name) => name !== undefined));
  const commands = new Set(members.map(scriptOf).filter((name) => name !== undefined));
  const layout: LayoutFault[] = members.flatMap((member) => faultsOf(member, distInfo));

  function look(member: InspectedMember, { head, isWhole }: Seen): void {
    const points = isWhole ? findEntryPoints(head) : undefined;
    if (points === undefined) {
      layout.push({ path: member.name, fault: 'entry-points-unreadable', value: '' });
      return;
    }
    for (const { group, name } of points) {
      if (group !== 'console_scripts' && group !== 'gui_scripts') continue;
      commands.add(name);
      layout.push(...faultsOfCommand({ path: member.name, name, otherwise: 'entry-point-name' }));
    }
  }

  return {
    appetite: ({ name }) => (name === entryPoints ? MOST_BYTES : 0),
    look,
    found: () => ({
      modules: [...modules].toSorted().slice(0, NAMES_LISTED),
      commands: [...commands].toSorted().slice(0, NAMES_LISTED),
      layout: layout.slice(0, CONTENTS_LISTED),
    }),
  };
}

function scriptOf({ installed }: InspectedMember): string | undefined {
  return installed?.place === 'scripts' ? installed.path : undefined;
}

function faultsOf(member: InspectedMember, distInfo: string): readonly LayoutFault[] {
  const path = member.name;
  const script = scriptOf(member);
  if (script !== undefined)
    return faultsOfCommand({ path, name: script, otherwise: 'script-name' });
  const { installed } = member;
  if (installed?.place === 'data' && ENVIRONMENT.test(installed.path))
    return [{ path, fault: 'environment-file', value: installed.path }];
  const other = installed?.place === 'site' ? METADATA.exec(installed.path)?.[0] : undefined;
  if (other !== undefined) return [{ path, fault: 'other-metadata', value: other }];
  const [top = '', key = ''] = path.split('/', 2);
  const isStray = installed === undefined && top !== distInfo && /\.data$/i.test(top) && key !== '';
  return isStray ? [{ path, fault: 'data-key', value: key }] : [];
}

// What decides how the environment itself works: which Python, where modules and packages come from, what runs when
// it is activated. pip reads its settings at the top of the environment, conda both there and in its own folders.
const ENVIRONMENT =
  /^(?:pyvenv\.cfg|pip\.(?:conf|ini)|\.?condarc(?:\.d)?(?:\/|$)|conda-meta\/|etc\/conda\/|lib(?:64)?\/python[^/]*\.(?:zip|_pth)$)/i;

// By such a folder, or file, `importlib.metadata` and installers know a distribution; that of the wheel is installed
// by the installer itself.
const METADATA = /^[^/]+\.(?:dist|egg)-info(?=\/|$)/i;

// PyPI's own check of entry points; a name with a slash would leave the folder of commands.
const COMMAND = /^[\w.-]+$/;
// What starts the interpreter itself in a notebook's environment; in any case of letters, as uv has it.
const INTERPRETER = /^(?:python|pythonw|pypy)[0-9.]*t?(?:-config)?(?:\.exe)?$/i;

function faultsOfCommand({
  path,
  name,
  otherwise,
}: {
  readonly path: string;
  readonly name: string;
  readonly otherwise: 'entry-point-name' | 'script-name';
}): readonly LayoutFault[] {
  if (!COMMAND.test(name) || /^\.+$/.test(name)) return [{ path, fault: otherwise, value: name }];
  return INTERPRETER.test(name) ? [{ path, fault: 'interpreter-name', value: name }] : [];
}
