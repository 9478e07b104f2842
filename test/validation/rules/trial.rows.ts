import type { TrialFact } from '../../../src/model/trial.ts';
import { trial } from '../../../src/validation/rules/trial.ts';
import type { Differences } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

const ON = { content: '{ install-probe: review }' };

function tried(seen: Partial<TrialFact>, content = ON.content): Differences {
  const nothing = { wrote: [], executed: [], connected: [], imports: [] };
  const fact = { probe: 1, python: '3.12.1', closure: [], ...nothing, ...seen };
  return { policy: { content }, input: { trial: fact } };
}

const MISSING = {
  finding: 'review trial/missing',
  message: 'numpy 2.4.0 has had no trial installation, which the policy wants',
};

const LINE = `content: ${ON.content}`;
const DENY = '{ install-probe: deny }';
const KNOWN =
  '{ install-probe: review, known: [{ rule: install-probe, packages: [numpy], reason: read }] }';

function said(finding: string, what: string, seen: string) {
  return { finding, message: `numpy 2.4.0 ${what}: ${seen}`, line: LINE, evidence: [seen] };
}

export const trialTable: RuleTable = {
  rule: trial,
  rows: [
    {
      it: 'says nothing of a source distribution, which is never built here',
      of: { policy: ON, filename: 'numpy-2.4.0.tar.gz' },
      says: [],
    },
    { it: 'says nothing where the policy wants no trial', of: {}, says: [] },
    {
      it: 'waits for a trial where the policy wants one',
      of: { policy: ON },
      says: [{ ...MISSING, line: `content: ${ON.content}` }],
    },
    {
      it: 'only notes that what was admitted was not tried',
      of: { policy: ON, admitted: true },
      says: [{ ...MISSING, finding: 'approve trial/missing', line: LINE }],
    },
    { it: 'says nothing of a trial in which nothing was seen', of: tried({}), says: [] },
    {
      it: 'names all that was seen',
      of: tried({
        failure: 'it took longer than 600 s',
        wrote: ['open: /tmp/x'],
        executed: ['os.fork'],
        connected: ['socket.getaddrinfo: example.test'],
        imports: [{ module: 'numpy', error: 'ImportError: no' }],
      }),
      says: [
        said('review trial/not-installed', 'failed in its trial', '"it took longer than 600 s"'),
        said(
          'review trial/connected',
          'used the network in its trial',
          '"socket.getaddrinfo: example.test"',
        ),
        said('review trial/executed', 'ran programs in its trial', '"os.fork"'),
        said('review trial/wrote', 'wrote files in its trial', '"open: /tmp/x"'),
        said(
          'approve trial/import',
          'has modules that were not imported in its trial',
          '"numpy: ImportError: no"',
        ),
      ],
    },
    {
      it: 'refuses what was seen where the policy says so',
      of: tried({ wrote: ['open: /tmp/x'] }, DENY),
      says: [
        {
          ...said('deny trial/wrote', 'wrote files in its trial', '"open: /tmp/x"'),
          line: `content: ${DENY}`,
        },
      ],
    },
    {
      it: 'approves what a person has looked at',
      of: tried({ executed: ['os.fork'] }, KNOWN),
      says: [
        {
          finding: 'approve trial/executed',
          message: 'numpy 2.4.0 ran programs in its trial: "os.fork"',
          line: `content: ${KNOWN}`,
          evidence: ['"os.fork"', 'looked at: read'],
        },
      ],
    },
  ],
};
