import { expect, test } from 'vitest';

import { parseVersion } from '../../src/ecosystems/pypi/versions.ts';
import { type About, adviceFor } from '../../src/mirror/advice.ts';
import type { FindingCode } from '../../src/model/decision.ts';

const RICH: About = {
  entry: 'rich',
  version: parseVersion('13.2.1'),
  isNewest: true,
  nearest: undefined,
  hasEntry: false,
  isAbsent: false,
  refusedLicence: undefined,
};
const NEAREST = parseVersion('15.0.0');

test.each<readonly [string, FindingCode, Partial<About>, string | undefined]>([
  [
    'a name that nobody asked for gets a line for its newest versions',
    'closure/not-needed',
    {},
    'Add a line to packages.allow in policy.yaml, "- rich >=13,<14", by pull request; `npm run -s gatehouse -- approve rich ">=13,<14"` writes it.',
  ],
  [
    'before version 1 a line ends with its minor version',
    'closure/not-needed',
    { version: parseVersion('0.9.3') },
    'Add a line to packages.allow in policy.yaml, "- rich >=0.9,<0.10", by pull request; `npm run -s gatehouse -- approve rich ">=0.9,<0.10"` writes it.',
  ],
  [
    'a line keeps the epoch',
    'package/not-listed',
    { version: parseVersion('1!2.0') },
    'Add a line to packages.allow in policy.yaml, "- rich >=1!2,<1!3", by pull request; `npm run -s gatehouse -- approve rich ">=1!2,<1!3"` writes it.',
  ],
  [
    'without a known version the line has no range',
    'closure/not-needed',
    { version: undefined },
    'Add a line to packages.allow in policy.yaml, "- rich", by pull request; `npm run -s gatehouse -- approve rich` writes it.',
  ],
  [
    'a licence that would refuse it too is named',
    'closure/not-needed',
    { refusedLicence: 'GPL-3.0-only', version: undefined },
    'Add a line to packages.allow in policy.yaml, "- rich", by pull request; `npm run -s gatehouse -- approve rich` writes it. Its licence GPL-3.0-only would be refused too.',
  ],
  [
    'what upstream does not have is not to be approved',
    'closure/not-needed',
    { isAbsent: true, version: undefined },
    'Check the spelling: upstream has no project rich.',
  ],
  [
    'an entry for what comes along must not shut out what is approved',
    'closure/not-needed',
    { nearest: NEAREST },
    'Use 15.0.0; to have this version, add an entry to packages.allow for each line to approve: "- rich >=13,<14", "- rich >=15,<16".',
  ],
  [
    'an older version gets a line that reaches it',
    'closure/not-needed',
    { isNewest: false },
    'Add a line to packages.allow in policy.yaml, "- rich >=13.2,<13.3", by pull request; `npm run -s gatehouse -- approve rich ">=13.2,<13.3"` writes it.',
  ],
  [
    'an older line is a second entry',
    'closure/beyond-keep',
    { nearest: NEAREST, hasEntry: true },
    'Use 15.0.0 or newer; to keep an older line as well, add a second entry such as "- rich >=13.2,<13.3".',
  ],
  [
    'without an entry there is no second one',
    'closure/beyond-keep',
    { nearest: NEAREST },
    'Use 15.0.0 or newer, or raise versions.keep.',
  ],
  [
    'what is out of range gets a second entry',
    'version/out-of-range',
    { hasEntry: true },
    'Add a second entry to packages.allow, "- rich ==13.2.1"; `npm run -s gatehouse -- approve rich "==13.2.1"` writes it.',
  ],
  [
    'what lacks something names the version to take instead',
    'closure/unmet',
    { nearest: NEAREST },
    'Settle or approve what the finding names, or use 15.0.0.',
  ],
  ['what is yanked has no advice', 'yanked/yanked', {}, undefined],
])('%s', (_, code, about, advice) => {
  const finding = { code, verdict: 'deny', effect: 'deny', message: '' } as const;
  expect(adviceFor(finding, { ...RICH, ...about })).toBe(advice);
});
