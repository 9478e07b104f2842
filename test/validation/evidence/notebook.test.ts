import { expect, test } from 'vitest';

import { buildWheel } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

const DATA = 'frog-1.0.data/data';

test.each([
  [
    `${DATA}/etc/jupyter/jupyter_server_config.d/frog.json`,
    'etc/jupyter/jupyter_server_config.d/frog.json',
  ],
  [`${DATA}/etc/ipython/ipython_config.py`, 'etc/ipython/ipython_config.py'],
  [`${DATA}/share/jupyter/kernels/frog/kernel.json`, 'share/jupyter/kernels/frog'],
  [`${DATA}/share/jupyter/labextensions/frog/static/a.js`, 'share/jupyter/labextensions/frog'],
  [`${DATA}/share/jupyter/labextensions/@acme/frog/a.js`, 'share/jupyter/labextensions/@acme/frog'],
  [`${DATA}/share/jupyter/nbextensions/frog/a.js`, 'share/jupyter/nbextensions/frog'],
  [`${DATA}/share/jupyter/lab/extensions/frog.tgz`, 'share/jupyter/lab/extensions/frog.tgz'],
  [`${DATA}/ETC/Jupyter/x.json`, 'etc/jupyter/x.json'],
  ['other.data/data/etc/jupyter/x.json', 'etc/jupyter/x.json'],
  ['share/jupyter/kernels/frog/kernel.json', undefined],
  [`${DATA}/share/jupyter/nbconvert/templates/x/index.tpl`, undefined],
  [`${DATA}/share/doc/jupyter/x.json`, undefined],
  ['frog/etc/jupyter/x.json', undefined],
] as const)('%s', async (path, hook) => {
  const wheel = buildWheel({ name: 'frog', version: '1.0', extraMembers: { [path]: 'x' } });
  expect((await contentsOf(wheel)).notebook).toEqual(hook === undefined ? [] : [hook]);
});
