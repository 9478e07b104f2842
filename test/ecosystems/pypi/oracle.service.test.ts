import { expect, test } from 'vitest';

import { evaluateMarker, parseMarker } from '../../../src/ecosystems/pypi/markers.ts';
import { parseRequirement } from '../../../src/ecosystems/pypi/requirements.ts';
import type { Requirement } from '../../../src/ecosystems/pypi/requirements.ts';
import {
  findSpecifierSet,
  namesPrerelease,
  satisfies,
} from '../../../src/ecosystems/pypi/specifiers.ts';
import {
  baseVersion,
  compareVersions,
  findVersion,
  isPrerelease,
  parseVersion,
  publicVersion,
} from '../../../src/ecosystems/pypi/versions.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';
import { hasPackaging, startPackagingOracle } from './packaging-oracle.ts';
import { pepTexts } from './pep-texts.ts';
import type { Environment } from './pep-texts.ts';

type Question = readonly [kind: string, ...details: readonly unknown[]];

interface Case {
  readonly question: Question;
  readonly ours: unknown;
  /** How many values the answer holds. */
  readonly comparisons: number;
}

interface Stricter {
  readonly kinds: readonly string[];
  readonly reason: string;
  readonly texts: RegExp;
}

/** Every difference from packaging: here Gatehouse refuses on purpose what packaging reads. */
const STRICTER: readonly Stricter[] = [
  {
    kinds: ['marker', 'requirement'],
    reason: 'PEP 508 has no backslash in strings; packaging reads Python escapes',
    texts: /\\/,
  },
  {
    kinds: ['marker', 'requirement'],
    reason:
      'PEP 508 has no control character but tab in strings; packaging refuses line breaks only',
    texts: /['"].*[^\P{Cc}\t].*['"]/su,
  },
  {
    kinds: ['specifiers', 'requirement'],
    reason: 'a version after "===" with control characters could forge log lines',
    texts: /===.*\p{Cc}/su,
  },
  {
    kinds: ['marker', 'requirement'],
    reason:
      'lock-file variables are no variables here; packaging takes their names as text on the right',
    texts: /\b(?:extras|dependency_groups)\b/,
  },
  {
    kinds: ['requirement'],
    reason: 'names end in a letter or digit (PEP 508); packaging takes a last "_"',
    texts: /_\s*(?:[[\],@(;<>=!~]|$)/,
  },
  {
    kinds: ['requirement'],
    reason:
      'a URL with control characters could forge log lines; packaging takes all but space and tab',
    texts: /@[ \t]*[^ \t]*\p{Cc}/u,
  },
];

const seed = Number(process.env['GATEHOUSE_SEED'] ?? 440_508);
const scale = Number(process.env['GATEHOUSE_ORACLE_SCALE'] ?? 1);

test.skipIf(!hasPackaging())(
  'what packaging says of versions, specifiers, markers and requirements holds here',
  async () => {
    const cases = [
      ...versionCases(),
      ...orderCases(),
      ...specifierCases(),
      ...markerCases(),
      ...requirementCases(),
    ];
    await using oracle = startPackagingOracle();
    const answers = await oracle.ask(cases.map(({ question }) => question));

    const differences = cases.flatMap(({ question, ours }, index) => {
      const theirs = withRefusals(answers[index]);
      return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ question, ours, theirs }];
    });
    const explained = new Set<string>();
    const unexplained = differences.filter(({ question, ours }) => {
      const found = STRICTER.find(
        ({ kinds, texts }) =>
          ours === 'refused' && kinds.includes(question[0]) && texts.test(String(question[1])),
      );
      if (found !== undefined) explained.add(found.reason);
      return found === undefined;
    });

    expect(unexplained.slice(0, 5)).toEqual([]);
    // A line of the table that nothing needs any more must go.
    expect(STRICTER.filter(({ reason }) => !explained.has(reason))).toEqual([]);
    expect(cases.reduce((sum, { comparisons }) => sum + comparisons, 0)).toBeGreaterThan(
      50_000 * scale,
    );
  },
);

test('the generated texts reach both sides of every grammar', () => {
  const refusedShares = [versionCases(), specifierCases(), markerCases(), requirementCases()].map(
    (cases) => cases.filter(({ ours }) => ours === 'refused').length / cases.length,
  );
  for (const share of refusedShares) {
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.7);
  }
});

function versionCases(): readonly Case[] {
  const texts = pepTexts(seed);
  return repeat(8000, () => {
    const text = texts.version();
    const version = findVersion(text);
    const ours = version && [
      version.text,
      publicVersion(version),
      baseVersion(version),
      isPrerelease(version),
    ];
    return { question: ['version', text], ours: ours ?? 'refused', comparisons: 1 };
  });
}

function orderCases(): readonly Case[] {
  const texts = pepTexts(seed + 1);
  return repeat(15_000, () => {
    const [left, right] = [texts.validVersion(), texts.validVersion()];
    return {
      question: ['order', left, right],
      ours: compareVersions(parseVersion(left), parseVersion(right)),
      comparisons: 1,
    };
  });
}

function specifierCases(): readonly Case[] {
  const texts = pepTexts(seed + 2);
  return repeat(6000, () => {
    const text = texts.specifiers();
    const versions = Array.from({ length: 5 }, () => texts.versionNear());
    const set = findSpecifierSet(text);
    // The normal form must mean the same to packaging as what was written.
    return [text, ...(set ? [set.text] : [])].map((asked) => ({
      question: ['specifiers', asked, versions] as const,
      ours: set
        ? [namesPrerelease(set), versions.map((version) => satisfies(set, parseVersion(version)))]
        : 'refused',
      comparisons: 1 + versions.length,
    }));
  }).flat();
}

function markerCases(): readonly Case[] {
  const texts = pepTexts(seed + 3);
  return repeat(5000, () => {
    const text = texts.marker();
    const environments = Array.from({ length: 3 }, texts.environment);
    const marker = orRefused(() => parseMarker(text));
    const ours =
      marker === 'refused'
        ? marker
        : environments.map((environment) => orRefused(() => evaluateMarker(marker, environment)));
    return [text, ...(marker === 'refused' ? [] : [marker.text])].map((asked) => ({
      question: ['marker', asked, environments] as const,
      ours: withRefusals(ours),
      comparisons: 1 + environments.length,
    }));
  }).flat();
}

function requirementCases(): readonly Case[] {
  const texts = pepTexts(seed + 4);
  return repeat(8000, () => {
    const text = texts.requirement();
    const versions = [texts.versionNear(), texts.versionNear()];
    const environment = texts.environment();
    const requirement = orRefused(() => parseRequirement(text));
    const ours =
      requirement === 'refused' ? requirement : described(requirement, versions, environment);
    return [text, ...(requirement === 'refused' ? [] : [requirement.text])].map((asked) => ({
      question: ['requirement', asked, versions, environment] as const,
      ours: withRefusals(ours),
      comparisons: 1,
    }));
  }).flat();
}

function described(
  requirement: Requirement,
  versions: readonly string[],
  environment: Environment,
): unknown {
  const { name, extras, specifiers, url = null, marker } = requirement;
  return {
    name,
    extras,
    url,
    versions: versions.map((version) => satisfies(specifiers, parseVersion(version))),
    marker: marker === undefined ? null : orRefused(() => evaluateMarker(marker, environment)),
  };
}

/**
 * A marker that no environment can evaluate is refused when it is read here, but by packaging only when it is
 * evaluated. Both count as refused.
 */
function withRefusals(answer: unknown): unknown {
  if (answer === null || isRefusal(answer)) return 'refused';
  if (typeof answer !== 'object') return answer;
  if (!Array.isArray(answer)) return Object.values(answer).some(isRefusal) ? 'refused' : answer;
  const values = answer.map((value: unknown) => (isRefusal(value) ? 'refused' : value));
  return values.length > 0 && values.every(isRefusal) ? 'refused' : values;
}

function isRefusal(value: unknown): boolean {
  return (
    value === 'refused' || value === 'UndefinedComparison' || value === 'UndefinedEnvironmentName'
  );
}

function repeat<Value>(count: number, make: () => Value): readonly Value[] {
  return Array.from({ length: count * scale }, make);
}

function orRefused<Value>(read: () => Value): Value | 'refused' {
  try {
    return read();
  } catch (error) {
    if (isGatehouseError(error, 'invalid-requirement')) return 'refused';
    throw error;
  }
}
