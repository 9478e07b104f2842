import { describe, expect, test } from 'vitest';

import type { ProjectRecords, UpstreamArtifact, UpstreamPage } from '../../src/model/record.ts';
import { mergeRecords, type UpstreamAnswer } from '../../src/store/records-merge.ts';
import { digest, filename, numpy, pypi } from './stored-names.ts';

const a = artifact('a');
const b = artifact('b');

function artifact(name: string, more: Partial<UpstreamArtifact> = {}): UpstreamArtifact {
  return {
    filename: filename(`${name}.whl`),
    url: `https://files.test/${name}`,
    sha256: digest('1'),
    ...more,
  };
}

function page(...artifacts: readonly UpstreamArtifact[]): UpstreamPage {
  return { project: numpy, artifacts, unreadable: [] };
}

/** Merges answers that come at 1, 2, 3 … */
function after(...answers: readonly UpstreamAnswer[]): ProjectRecords {
  const context = { source: pypi, project: numpy };
  const [first = 'absent', ...later] = answers;
  return later.reduce<ProjectRecords>(
    (before, answer, index) => mergeRecords(before, answer, { ...context, now: index + 2 }),
    mergeRecords(undefined, first, { ...context, now: 1 }),
  );
}

describe('the records of a project', () => {
  test.each<[string, readonly UpstreamAnswer[], readonly object[]]>([
    [
      'begin with the page',
      [page(a, b)],
      [
        { ...a, firstSeen: 1 },
        { ...b, firstSeen: 1 },
      ],
    ],
    ['are none when upstream never had it', ['absent'], []],
    ['do not change with the same page', [page(a), page(a)], [{ ...a, firstSeen: 1 }]],
    [
      'add a new name at the end with its own first-seen time',
      [page(b), page(a, b)],
      [
        { ...b, firstSeen: 1 },
        { ...a, firstSeen: 2 },
      ],
    ],
    [
      'keep a name that is no longer listed as gone, since the first time',
      [page(a, b), page(b), page(b)],
      [
        { ...a, firstSeen: 1, goneSince: 2 },
        { ...b, firstSeen: 1 },
      ],
    ],
    [
      'keep all names as gone when upstream has the project no more',
      [page(a), 'absent'],
      [{ ...a, firstSeen: 1, goneSince: 2 }],
    ],
    [
      'take a name that is listed again as what it first was',
      [page(a), page(), page(a)],
      [{ ...a, firstSeen: 1 }],
    ],
    [
      'follow upstream in what may change',
      [
        page(artifact('a', { requiresPython: '>=3.9', sizeBytes: 5, sidecar: {} })),
        page(artifact('a', { url: 'https://other.test/a', yanked: { reason: '' } })),
      ],
      [{ ...a, url: 'https://other.test/a', yanked: { reason: '' }, firstSeen: 1 }],
    ],
    [
      'follow upstream when it takes a yank back',
      [page(artifact('a', { yanked: { reason: 'broken' } })), page(a)],
      [{ ...a, firstSeen: 1 }],
    ],
    [
      'keep the first sha256 when upstream no longer says one',
      [page(a), page({ filename: a.filename, url: 'https://other.test/a' })],
      [{ ...a, url: 'https://other.test/a', firstSeen: 1 }],
    ],
    [
      'gain a sha256 that upstream said later',
      [page({ filename: a.filename, url: a.url }), page(a)],
      [{ ...a, firstSeen: 1 }],
    ],
    [
      'keep what was said of the first bytes when upstream offers others',
      [
        page(a),
        page(artifact('a', { sha256: digest('2'), url: 'https://evil.test/a', sizeBytes: 6 })),
      ],
      [{ ...a, firstSeen: 1, mutation: { sha256: digest('2'), seen: 2 } }],
    ],
    [
      'take a yank even from a page with other bytes',
      [page(a), page(artifact('a', { sha256: digest('2'), yanked: { reason: 'bad' } }))],
      [
        {
          ...a,
          yanked: { reason: 'bad' },
          firstSeen: 1,
          mutation: { sha256: digest('2'), seen: 2 },
        },
      ],
    ],
    [
      'remember the first mutation, after another one and after the first bytes are back',
      [
        page(a),
        page(artifact('a', { sha256: digest('2') })),
        page(artifact('a', { sha256: digest('3') })),
        page(a),
      ],
      [{ ...a, firstSeen: 1, mutation: { sha256: digest('2'), seen: 2 } }],
    ],
    [
      'notice other bytes of a name that was gone meanwhile',
      [page(a), page(), page(artifact('a', { sha256: digest('2') }))],
      [{ ...a, firstSeen: 1, mutation: { sha256: digest('2'), seen: 3 } }],
    ],
    [
      'notice a page that lists a name twice with other bytes',
      [page(a, artifact('a', { sha256: digest('2') }))],
      [{ ...a, firstSeen: 1, mutation: { sha256: digest('2'), seen: 1 } }],
    ],
  ])('%s', (_name, answers, records) => {
    expect(after(...answers).records).toEqual(records);
  });

  test('say when upstream answered, how, and with which etag', () => {
    const status = { status: 'quarantined' } as const;
    const context = { source: pypi, project: numpy, etag: '"1"', now: 5 };
    const listed = mergeRecords(undefined, { ...page(), status }, context);
    expect(listed).toEqual({
      ...context,
      now: undefined,
      status,
      records: [],
      absentUpstream: false,
      fetched: 5,
    });
    const gone = mergeRecords(listed, 'absent', { source: pypi, project: numpy, now: 6 });
    expect(gone).toEqual({
      source: pypi,
      project: numpy,
      records: [],
      absentUpstream: true,
      fetched: 6,
    });
    expect(mergeRecords(gone, page(), context).absentUpstream).toBe(false);
  });

  test('leaves what was there before as it was', () => {
    const before = after(page(a, b));
    const copy = structuredClone(before);
    mergeRecords(before, page(artifact('a', { sha256: digest('2') })), {
      source: pypi,
      project: numpy,
      now: 9,
    });
    expect(before).toEqual(copy);
  });
});
