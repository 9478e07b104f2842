import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'vitest';

import type { Ran } from './run.ts';

/** Fails with what the program said. */
export function expectSuccess(ran: Ran): void {
  expect(ran.status, ran.said).toBe(0);
}

/** A sentence of the mirror as users read it. */
export interface Sentence {
  /** Default `pypi`. */
  readonly ecosystem?: 'pypi' | 'conda';
  readonly project: string;
  /** Absent: the sentence is about the whole project. */
  readonly version?: string;
  readonly code: string;
  /** What decided. */
  readonly value: string;
}

/**
 * Fails unless the program failed with this sentence, and unless the address in it answers people and programs with
 * the same code.
 */
export async function expectRefusal(ran: Ran, url: string, sentence: Sentence): Promise<void> {
  const { ecosystem = 'pypi', project, version, code, value } = sentence;
  const release = version === undefined ? project : `${project} ${version}`;
  const address = `${url}/why/${ecosystem}/${project}${version === undefined ? '' : `/${version}`}`;
  expect(ran.status, ran.said).not.toBe(0);
  expect(ran.said).toMatch(
    new RegExp(
      `${literal(release)} .{0,160}${literal(value)}.{0,160} \\(${literal(code)}\\); see ${literal(address)}\\b`,
    ),
  );
  await expectReason(address, code);
}

/** Fails unless a `/why/…` address answers people and programs with this code. */
export async function expectReason(address: string, code: string): Promise<void> {
  const forPrograms = await fetch(address, { headers: { accept: 'application/json' } });
  expect(forPrograms.status).toBe(200);
  expect(await forPrograms.json()).toMatchObject({
    verdict: expect.not.stringMatching('approve'),
    findings: expect.arrayContaining([expect.objectContaining({ code })]),
  });
  const forPeople = await fetch(address, { headers: { accept: 'text/html' } });
  expect(forPeople.status).toBe(200);
  expect(await forPeople.text()).toContain(code);
}

/** Fails unless this is true within so many milliseconds. */
export async function expectWithin(
  timeoutMs: number,
  isTrue: () => boolean | Promise<boolean>,
): Promise<void> {
  const begun = performance.now();
  while (!(await isTrue())) {
    const tookMs = Math.round(performance.now() - begun);
    expect(tookMs, `not true within ${timeoutMs} ms: ${isTrue.toString()}`).toBeLessThan(timeoutMs);
    await sleep(20);
  }
}

function literal(text: string): string {
  return RegExp.escape(text);
}
