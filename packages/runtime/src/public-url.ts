import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/**
 * `public`: over https to public addresses only. `any`: anywhere, also unencrypted; for development and closed
 * networks.
 */
export type Networks = 'public' | 'any';

/**
 * What is wrong with a URL that somebody else has entered for us to call, as the rest of a sentence that begins with
 * `url`; null when nothing is. What a host name leads to is looked at whenever it is called, not here: it can change at
 * any time.
 *
 * @param text a URL with http or https
 */
export function complaintAboutUrl(text: string, networks: Networks): string | null {
  if (networks === 'any') return null;
  const url = new URL(text);
  if (url.protocol !== 'https:') return 'must begin with https://';
  // Ports below 1024 are spoken for: nobody shall knock at mail servers with our help.
  if (url.port !== '' && Number(url.port) < 1024) return 'must have no port, 443, or one from 1024 on';
  return leadsNowherePublic(hostOf(url)) ? 'must lead to a public address' : null;
}

/** Without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function leadsNowherePublic(host: string): boolean {
  if (isIP(host) !== 0) return !isPublicAddress(host);
  const name = host.replace(/\.$/, '');
  return !name.includes('.') || /\.(?:localhost|local|internal|home\.arpa)$/.test(name);
}
