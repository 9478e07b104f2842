import { ADDRCONFIG, type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';

import { GatehouseError } from '../model/errors.ts';
import { type AddressKind, addressKind } from './addresses.ts';

/** Why a host is asked: it is the configured index, a page of the index names it, or a redirect leads to it. */
export type Standing = 'index' | 'listed' | 'redirected';

/** Finds the addresses of a host name; throws as `dns.lookup` does. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/**
 * Keeps an index, or who answers for it, from making Gatehouse ask hosts that only Gatehouse can reach.
 *
 * - The configured index may be anywhere; at an address of kind `never` only if the setting is that address.
 * - A listed host may be as near as the index is, not nearer: an index on this machine may list hosts of this
 *   machine and of private networks, a private index private hosts, a public one public hosts only.
 * - A redirect leads to public hosts only.
 *
 * Does not see what a proxy makes of a host name: behind a proxy only literal addresses are refused.
 */
export interface AddressGuard {
  /** Throws `upstream-refused` if the host is a literal address, or a name for this machine, that is not allowed. */
  checkHost(hostname: string, standing: Standing): Promise<void>;
  /** For `net.connect`: gives only the allowed addresses, so what is connected to is what was checked. */
  lookupFor(standing: Standing): LookupFunction;
}

// From what everybody can reach to what only this machine can.
const NEARNESS: Readonly<Record<AddressKind, number>> = {
  public: 0,
  private: 1,
  loopback: 2,
  never: 3,
};

/** Makes the guard of one configured index, whose host is given as `URL.hostname` has it. */
export function guardAddresses(indexHost: string, resolve: Resolve = resolveByDns): AddressGuard {
  async function allowedNearness(standing: Standing): Promise<number> {
    if (standing === 'redirected') return NEARNESS.public;
    if (standing === 'listed') return Math.min(await indexNearness(), NEARNESS.loopback);
    return isLiteral(indexHost) ? NEARNESS.never : NEARNESS.loopback;
  }

  // An index whose addresses are unknown, because only a proxy knows them, counts as public.
  async function indexNearness(): Promise<number> {
    const literal = literalKind(indexHost);
    if (literal !== undefined) return NEARNESS[literal];
    const addresses = await resolve(indexHost).catch((): readonly LookupAddress[] => []);
    return Math.max(0, ...addresses.map(({ address }) => NEARNESS[addressKind(address)]));
  }

  async function allowedAddresses(hostname: string, standing: Standing): Promise<LookupAddress[]> {
    const found = await resolve(hostname);
    const nearest = Math.max(0, ...found.map(({ address }) => NEARNESS[addressKind(address)]));
    if (nearest === NEARNESS.public) return [...found];
    const limit = await allowedNearness(standing);
    const allowed = found.filter(({ address }) => NEARNESS[addressKind(address)] <= limit);
    if (allowed.length === 0) throw refusedHost(hostname, standing);
    return allowed;
  }

  const findAllowed = callbackify(allowedAddresses);

  return {
    async checkHost(hostname, standing) {
      const kind = literalKind(hostname);
      if (kind === undefined || kind === 'public') return;
      if (NEARNESS[kind] > (await allowedNearness(standing))) throw refusedHost(hostname, standing);
    },
    lookupFor: (standing) => (hostname, options, callback) => {
      findAllowed(hostname, standing, (error, addresses) => {
        if (error !== null) return callback(error, []);
        const [first] = addresses;
        if (options.all === true || first === undefined) return callback(null, addresses);
        return callback(null, first.address, first.family);
      });
    },
  };
}

async function resolveByDns(hostname: string): Promise<readonly LookupAddress[]> {
  return lookup(hostname, { all: true, hints: ADDRCONFIG });
}

function isLiteral(hostname: string): boolean {
  return isIP(withoutBrackets(hostname)) !== 0;
}

// RFC 6761: every name under `localhost` is this machine.
function literalKind(hostname: string): AddressKind | undefined {
  if (isLiteral(hostname)) return addressKind(withoutBrackets(hostname));
  return /(?:^|\.)localhost\.?$/i.test(hostname) ? 'loopback' : undefined;
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

const REFUSALS: Readonly<Record<Standing, string>> = {
  index: 'the configured name leads to an address where no index is',
  listed: 'the index lists it, but its address is private in a way that the index is not',
  redirected: 'a redirect leads to it, but its address is not public',
};

function refusedHost(hostname: string, standing: Standing): GatehouseError {
  return new GatehouseError('upstream-refused', `not asked: ${hostname}: ${REFUSALS[standing]}`);
}
