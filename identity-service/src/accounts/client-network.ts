// The network of a client's address, which identifies the client in rate limits.
import ipaddr from 'ipaddr.js';

/**
 * Returns an IPv4 address unchanged, and the /64 of an IPv6 address, since a client usually has a whole /64 (RFC 6177).
 * An IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2) becomes IPv4. Any other text is returned as it is.
 */
export function clientNetworkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const ip = ipaddr.process(address);
  if (ip instanceof ipaddr.IPv4) return ip.toString();
  const network = ip.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
