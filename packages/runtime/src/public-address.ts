import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What is given out to be reached from anywhere. The rest of IPv6 is special, reserved, or wraps an IPv4 address. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Looks public, and inside of Azure is the platform of the machine: its agent's endpoint, DNS and probes. */
const AZURE_PLATFORM = '168.63.129.16';

/**
 * Whether an address belongs to the internet at large, and to nothing that is near to us: not to this machine, a
 * private network, a link, a carrier's NAT, multicast, a range for translation or tunnels, documentation, or something
 * reserved. What can't be read is not public.
 */
export function isPublicAddress(address: string): boolean {
  // The library reads more spellings than a connection does.
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  if (parsed.toString() === AZURE_PLATFORM) return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
}
