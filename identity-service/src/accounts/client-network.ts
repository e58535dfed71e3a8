// The part of a client's address that tells one client from another.
import { isIPv6 } from 'node:net';

const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/**
 * An IPv4 address as it is; of an IPv6 address its /64, for whoever has one address of it has them all (RFC 6177);
 * an IPv4 address in IPv6 clothes (RFC 4291, section 2.5.5.2) as IPv4.
 */
export function clientNetworkOf(address: string): string {
  const mapped = MAPPED.exec(address);
  if (mapped !== null) return mapped[1]!;
  if (!isIPv6(address)) return address;
  // The part after % names an interface of ours.
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  // A dotted end stands for two groups.
  const count = left.length + right.length + (address.includes('.') ? 1 : 0);
  const all = [...left, ...Array<string>(Math.max(0, 8 - count)).fill('0'), ...right];
  const four = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${four.join(':')}::/64`;
}
