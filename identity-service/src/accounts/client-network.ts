// The network of a client's address, which identifies the client in rate limits.
import { isIPv6 } from 'node:net';

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));
const IPV4_MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/**
 * Returns an IPv4 address unchanged, and the /64 of an IPv6 address, since a client usually has a whole /64 (RFC 6177).
 * An IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2) becomes IPv4.
 */
export function clientNetworkOf(address: string): string {
  const mapped = IPV4_MAPPED.exec(address);
  if (mapped !== null) return mapped[1]!;
  if (!isIPv6(address)) return address;
  // The part after % is the zone: an interface of this machine.
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  // A dotted IPv4 part at the end counts as two groups.
  const count = left.length + right.length + (address.includes('.') ? 1 : 0);
  const all = [...left, ...Array<string>(Math.max(0, 8 - count)).fill('0'), ...right];
  const four = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${four.join(':')}::/64`;
}
