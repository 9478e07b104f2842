import { constants, copyFile } from 'node:fs/promises';

import { isGatehouseError } from '../model/errors.ts';
import type { Evidence } from '../model/evidence.ts';
import { putBlob } from '../store/blobs.ts';
import { saveEvidence } from '../store/facts.ts';
import { coalesce } from '../upstream/coalesce.ts';
import { enterVerified } from './admission.ts';
import { type Download, openDownload } from './download.ts';
import { type Cargo, createCargo, type Flight } from './flight.ts';
import { type KnownArtifact, subjectKey } from './knowledge.ts';
import type { Quarantine } from './quarantine.ts';
import { upstreamOf } from './sources.ts';
import type { Located, MirrorState } from './state.ts';

/** Fetches, verifies, judges and keeps artifacts (DESIGN §6). Ends with the mirror; disposing waits until it has. */
export interface Admitter extends AsyncDisposable {
  /**
   * Starts the admission of an artifact that the gate passes, or joins the one under way: one flight per subject.
   * Settles once upstream has begun to answer; the flight goes on, whoever leaves.
   */
  admit(located: Located): Promise<Flight>;
  /**
   * Fetches and verifies an artifact only to learn what it contains; keeps the evidence and drops the bytes. For an
   * upstream that offers no other way to an artifact's metadata.
   */
  examine(artifact: KnownArtifact): Promise<Evidence>;
  /** The same, and leaves the verified bytes in a new file. */
  fetchTo(artifact: KnownArtifact, path: string): Promise<Evidence>;
}

export function createAdmitter(state: MirrorState, quarantine: Quarantine): Admitter {
  const flights = new Map<string, Promise<Flight>>();
  const underWay = new Set<Promise<unknown>>();

  function admit(located: Located): Promise<Flight> {
    const key = subjectKey(located.artifact.subject);
    const joined = flights.get(key);
    if (joined !== undefined) return joined;
    const flight = track(depart(located));
    flights.set(key, flight);
    // A flight that failed is over: the next request begins a new one.
    void untilOver(flight).then(() => flights.delete(key));
    return flight;
  }

  async function ask({ record, subject }: KnownArtifact): Promise<Download> {
    const upstream = await upstreamOf(state, subject.source);
    return openDownload({ upstream, quarantine }, record, state.ending);
  }

  async function depart(located: Located): Promise<Flight> {
    const download = await ask(located.artifact);
    const cargo = createCargo(download.file, download.sizeBytes);
    void track(fly(state, located, { download, cargo }));
    return cargo.flight;
  }

  async function examine(artifact: KnownArtifact, keepAt?: string): Promise<Evidence> {
    const { subject } = artifact;
    await using download = await ask(artifact);
    await createCargo(download.file, download.sizeBytes).receive(download.body, subject.sha256);
    const { path } = download.file;
    if (keepAt !== undefined) await copyFile(path, keepAt, constants.COPYFILE_EXCL);
    const { evidence, metadata } = await state.extraction.extract({ path, sha256: subject.sha256 });
    if (metadata !== undefined) await putBlob(state.store, metadata, 'synced');
    return (await saveEvidence(state.store, evidence)).evidence;
  }

  function track<Value>(work: Promise<Value>): Promise<Value> {
    underWay.add(work);
    void forgetAfter(work);
    return work;
  }

  async function forgetAfter(work: Promise<unknown>): Promise<void> {
    await Promise.allSettled([work]);
    underWay.delete(work);
  }

  return {
    admit,
    examine: coalesce(
      (artifact) => track(examine(artifact)),
      ({ subject }) => subjectKey(subject),
    ),
    fetchTo: (artifact, path) => track(examine(artifact, path)),
    async [Symbol.asyncDispose]() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}

/** Never rejects: how it ended is for those who asked. */
async function untilOver(flight: Promise<Flight>): Promise<void> {
  try {
    const { landed } = await flight;
    await landed;
  } catch {
    // The log has it.
  }
}

/** From the first byte to the end of a flight. Never rejects: those who asked learn from the cargo how it ended. */
async function fly(state: MirrorState, located: Located, freight: Freight): Promise<void> {
  const { filename, sha256 } = located.artifact.subject;
  try {
    await using _ = freight.download;
    await bringIn(state, located, freight);
  } catch (error) {
    state.log.error({ filename, sha256, err: error }, 'quarantine not cleared');
  }
}

interface Freight {
  readonly download: Download;
  readonly cargo: Cargo;
}

async function bringIn(
  state: MirrorState,
  located: Located,
  { download, cargo }: Freight,
): Promise<void> {
  const { filename, sha256 } = located.artifact.subject;
  try {
    await cargo.receive(download.body, sha256);
    await enterVerified(state, located, download.file);
    state.log.info({ filename, sha256 }, 'artifact admitted');
    cargo.land();
  } catch (error) {
    const code = isGatehouseError(error) ? error.code : undefined;
    state.log.warn({ filename, sha256, code, err: error }, 'artifact not admitted');
    cargo.fail(error);
  }
}
