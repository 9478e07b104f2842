import { BlockList, isIP } from 'node:net';

/**
 * Where an address leads. `never`: what no index has a reason to be (link-local with the cloud metadata
 * services, multicast, unspecified, tunnels that hide an IPv4 address). `private` includes the ranges that are
 * not globally routed though they belong to nobody's network (documentation, benchmarks, reserved).
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'never';

// IANA special-purpose registries (RFC 6890), and the metadata services that are not link-local.
const NEVER = ranges([
  '0.0.0.0/8',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '192.0.0.192/32',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  'fe80::/10',
  'ff00::/8',
]);

const LOOPBACK = ranges(['127.0.0.0/8', '::1/128']);

const PRIVATE = ranges([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '3fff::/20',
]);

const GLOBAL_UNICAST = ranges(['2000::/3']);

/** The kind of an IP address in any notation; what is not an address is `never`. */
export function addressKind(address: string): AddressKind {
  const text = address.replace(/%.*$/, '');
  if (isIP(text) === 4) return kindInRanges(text, 'ipv4');
  if (isIP(text) !== 6) return 'never';
  const embedded = embeddedIpv4(text);
  if (embedded !== undefined) return kindInRanges(embedded, 'ipv4');
  const kind = kindInRanges(text, 'ipv6');
  return kind === 'public' && !GLOBAL_UNICAST.check(text, 'ipv6') ? 'private' : kind;
}

function kindInRanges(address: string, family: 'ipv4' | 'ipv6'): AddressKind {
  if (LOOPBACK.check(address, family)) return 'loopback';
  if (NEVER.check(address, family)) return 'never';
  return PRIVATE.check(address, family) ? 'private' : 'public';
}

// IPv4-mapped (RFC 4291) and NAT64's well-known prefix (RFC 6052), which DNS64 uses for public hosts.
function embeddedIpv4(address: string): string | undefined {
  const groups = ipv6Groups(address);
  const prefix = groups.slice(0, 6).join(':');
  if (prefix !== '0:0:0:0:0:ffff' && prefix !== '64:ff9b:0:0:0:0') return undefined;
  const bytes = groups.slice(6).flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return bytes.join('.');
}

function ipv6Groups(address: string): readonly string[] {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail = ''] = canonical.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  return [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
}

function ranges(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits] = cidr.split('/');
    list.addSubnet(network, Number(bits), isIP(network) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
