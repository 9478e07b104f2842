import { isLoopback } from '../config.ts';

/** The programs that `client-config` knows. */
export const CLIENT_NAMES = [
  'pip',
  'uv',
  'poetry',
  'pdm',
  'pipenv',
  'jupyter',
  'conda',
  'pixi',
] as const;

export type ClientName = (typeof CLIENT_NAMES)[number];

/** How a program comes to install from Gatehouse alone. */
export interface ClientSettings {
  /** The file, from the user's home directory on Linux or from the project's folder. */
  readonly path: string;
  /** What stands in the file, or is added to it; without the last line end. */
  readonly content: string;
  /** Variables that do the same without a file; empty: the program reads none. */
  readonly environment: Readonly<Record<string, string>>;
  /** What a person should know, one sentence each. */
  readonly notes: readonly string[];
}

/** What to put where so that a program installs from the index at this address, and from nothing else. */
export function clientSettings(client: ClientName, index: URL): ClientSettings {
  return SETTINGS[client](index);
}

const SETTINGS: Readonly<Record<ClientName, (index: URL) => ClientSettings>> = {
  pip: forPip,
  uv: forUv,
  poetry: forPoetry,
  pdm: forPdm,
  pipenv: forPipenv,
  jupyter: forJupyter,
  conda: forConda,
  pixi: forPixi,
};

function forPip(index: URL): ClientSettings {
  const trusted = isPlain(index) ? [`trusted-host = ${index.host}`] : [];
  return {
    path: '~/.config/pip/pip.conf',
    content: ['[global]', `index-url = ${index.href}`, ...trusted].join('\n'),
    environment: pipEnvironment(index),
    notes: [
      'For everybody on the machine the file is /etc/pip.conf; for one environment it is pip.conf in its folder.',
      ...(isPlain(index)
        ? ['trusted-host lets pip use, and keep in its cache, what comes over plain http.']
        : []),
      'Remove extra-index-url and find-links everywhere: they go around the mirror.',
    ],
  };
}

function forUv(index: URL): ClientSettings {
  return {
    path: '~/.config/uv/uv.toml',
    content: ['[[index]]', `url = ${quoted(index.href)}`, 'default = true'].join('\n'),
    environment: { UV_DEFAULT_INDEX: index.href },
    notes: [
      'For everybody on the machine the file is /etc/uv/uv.toml.',
      'An index in the pyproject.toml of a project is asked first: remove [[tool.uv.index]] and [tool.uv.sources] there.',
      'uv lock resolves for every platform; name yours in pyproject.toml: [tool.uv] environments = ["sys_platform == \'linux\'"].',
    ],
  };
}

function forPoetry(index: URL): ClientSettings {
  return {
    path: 'pyproject.toml',
    content: [
      '[[tool.poetry.source]]',
      'name = "gatehouse"',
      `url = ${quoted(index.href)}`,
      'priority = "primary"',
    ].join('\n'),
    environment: {},
    notes: [
      'Poetry has no setting for all projects: add this to the pyproject.toml of each one.',
      `The command that does it: poetry source add --priority=primary gatehouse ${index.href}`,
      'A primary source takes the place of the index that poetry uses otherwise. Run poetry lock again: a lock names the source of each package.',
    ],
  };
}

function forPdm(index: URL): ClientSettings {
  const unverified = isOpen(index) ? ['verify_ssl = false'] : [];
  return {
    path: '~/.config/pdm/config.toml',
    content: ['[pypi]', `url = ${quoted(index.href)}`, ...unverified].join('\n'),
    environment: {
      PDM_PYPI_URL: index.href,
      ...(isOpen(index) ? { PDM_PYPI_VERIFY_SSL: 'false' } : {}),
    },
    notes: [
      `The command that does it: pdm config pypi.url ${index.href}`,
      'A [[tool.pdm.source]] in the pyproject.toml of a project is asked as well: remove it there.',
    ],
  };
}

function forPipenv(index: URL): ClientSettings {
  return {
    path: 'Pipfile',
    content: [
      '[[source]]',
      'name = "gatehouse"',
      `url = ${quoted(index.href)}`,
      `verify_ssl = ${!isPlain(index)}`,
    ].join('\n'),
    environment: { PIPENV_PYPI_MIRROR: index.href },
    notes: [
      'It takes the place of the [[source]] that pipenv wrote into the Pipfile: leave no other there.',
      'The variable does the same for all projects without a change of their Pipfiles.',
    ],
  };
}

/** Kernels and terminals inherit the environment of the server. */
function forJupyter(index: URL): ClientSettings {
  const environment = { ...pipEnvironment(index), UV_DEFAULT_INDEX: index.href };
  return {
    path: '~/.jupyter/jupyter_server_config.py',
    content: [
      'import os',
      '',
      '# Kernels and terminals inherit it: %pip install, !pip install and uv.',
      ...Object.entries(environment).map(
        ([name, value]) => `os.environ[${quoted(name)}] = ${quoted(value)}`,
      ),
      '# The extension manager would ask another index than the packages come from.',
      'c.LabApp.extension_manager = "readonly"',
    ].join('\n'),
    environment,
    notes: [
      'For everybody on the machine the file is /etc/jupyter/jupyter_server_config.py.',
      'In a hub, give the variables to the single-user servers (c.Spawner.environment).',
      'Restart the server and the kernels.',
    ],
  };
}

/** The channels are below the service's address, beside the index. */
function channelsOf(index: URL): string {
  return new URL('../../conda', index).href;
}

function forConda(index: URL): ClientSettings {
  const channels = channelsOf(index);
  return {
    path: '~/.condarc',
    content: [
      `channel_alias: ${channels}`,
      'channels: [conda-forge]',
      'default_channels: []',
      'channel_priority: strict',
    ].join('\n'),
    environment: {
      CONDA_CHANNEL_ALIAS: channels,
      CONDA_CHANNELS: 'conda-forge',
      CONDA_CHANNEL_PRIORITY: 'strict',
    },
    notes: [
      'mamba reads the same file. For everybody on the machine it is /etc/conda/.condarc.',
      'A channel is called as the source in policy.yaml is; with custom_channels the value is the address before its name.',
      'Remove other channels, also from environment.yml: an address there goes around the mirror.',
    ],
  };
}

function forPixi(index: URL): ClientSettings {
  return {
    path: '~/.pixi/config.toml',
    content: [
      '[mirrors]',
      `"https://conda.anaconda.org/conda-forge" = [${quoted(`${channelsOf(index)}/conda-forge`)}]`,
      '',
      '[pypi-config]',
      `index-url = ${quoted(index.href)}`,
    ].join('\n'),
    environment: {},
    notes: [
      'Lock files keep the addresses of the public channel, and what they name is fetched from here.',
      'Add a line to [mirrors] for each further channel.',
    ],
  };
}

function pipEnvironment(index: URL): Readonly<Record<string, string>> {
  return {
    PIP_INDEX_URL: index.href,
    ...(isPlain(index) ? { PIP_TRUSTED_HOST: index.host } : {}),
  };
}

function isPlain({ protocol }: URL): boolean {
  return protocol === 'http:';
}

/** Plain http that others can listen to: clients want to be told that it is meant. */
function isOpen(index: URL): boolean {
  return isPlain(index) && !isLoopback(index.hostname);
}

/** A string of TOML and of Python: the URL parser has left no quotes and no backslashes in an address. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
