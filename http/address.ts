import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

/**
 * The caller's address: behind trusted proxies the one that the outermost of them saw. What a caller writes into
 * X-Forwarded-For itself stands further left and is not believed.
 */
export function callerAddress(req: IncomingMessage, trustedProxies: number): string {
  const direct = req.socket.remoteAddress ?? '';
  if (trustedProxies === 0) return plainAddress(direct);
  const header = req.headers['x-forwarded-for'];
  const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
  const seen = [...forwarded.map((address) => address.trim()).filter(Boolean), direct];
  return plainAddress(seen[Math.max(0, seen.length - 1 - trustedProxies)] ?? direct);
}

const lists = new WeakMap<readonly string[], BlockList>();

/** Whether the address lies in one of the CIDR ranges. The ranges are read once per array. */
export function isInRanges(ranges: readonly string[], address: string): boolean {
  const list = lists.get(ranges) ?? listOf(ranges);
  lists.set(ranges, list);
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits = ''] = range.split('/');
    list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** IPv4 that arrived on an IPv6 socket is still IPv4. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

const inside = new BlockList();
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  inside.addSubnet(network, bits);
inside.addSubnet('fc00::', 7, 'ipv6');
inside.addAddress('::1', 'ipv6');

/** Callers share our ports: figures are for scrapers of the own network, not for what a load balancer forwards. */
export function isInside(req: IncomingMessage): boolean {
  if (req.headers['x-forwarded-for'] !== undefined) return false;
  const address = callerAddress(req, 0);
  return inside.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
