import { join } from 'node:path';

import { GatehouseError } from '../model/errors.ts';
import type { Ecosystem, SourceId } from '../model/subject.ts';
import { type CondaOptions, openCondaUpstream } from './conda.ts';
import type { UpstreamSettings } from './settings.ts';
import { openUpstream, type Upstream, type UpstreamOptions } from './upstream.ts';

/** A source as the policy names it: its id, and its address unless that is a setting of the deployment. */
export interface IndexSource {
  readonly id: SourceId;
  readonly kind: Ecosystem;
  readonly url?: string;
}

/** How to reach the indexes of sources. */
export interface SourceSettings {
  /** Whether it is known where the index of a source is. */
  hasAddress(source: IndexSource): boolean;
  /** Throws `invalid-setting`. */
  find(source: IndexSource): Promise<UpstreamSettings>;
}

/** The indexes of all sources, each opened when it is first asked. Disposing closes all. */
export interface Upstreams extends AsyncDisposable {
  /** Whether it is known where the index of a source is. */
  hasAddress(source: IndexSource): boolean;
  /** The index of a source; another one once its address is another. Throws what its settings throw. */
  of(source: IndexSource): Promise<Upstream>;
}

export interface UpstreamsOptions extends UpstreamOptions {
  /** For sources of kind conda; each has a folder of its own in `spool`. */
  readonly conda?: Pick<CondaOptions, 'subdirs' | 'spool' | 'report' | 'now'>;
}

/** Asks nothing yet. */
export function openUpstreams(settings: SourceSettings, options: UpstreamsOptions = {}): Upstreams {
  const opened = new Map<string, Promise<Upstream>>();

  async function open(source: IndexSource): Promise<Upstream> {
    const found = await settings.find(source);
    if (source.kind === 'pypi') return openUpstream(found, options);
    if (options.conda === undefined) {
      throw new GatehouseError('invalid-setting', `${source.id}: no conda channels are read here`);
    }
    const { spool, ...conda } = options.conda;
    return openCondaUpstream(found, { ...options, ...conda, spool: join(spool, source.id) });
  }

  return {
    hasAddress: (source) => settings.hasAddress(source),
    of(source) {
      const key = `${source.kind} ${source.id} ${source.url ?? ''}`;
      const known = opened.get(key);
      if (known !== undefined) return known;
      const opening = open(source);
      opened.set(key, opening);
      // What could not be opened is tried anew by whoever asks next.
      opening.catch(() => opened.delete(key));
      return opening;
    },
    async [Symbol.asyncDispose]() {
      const settled = await Promise.allSettled(opened.values());
      for (const one of settled) {
        if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]();
      }
    },
  };
}
