import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { SECOND } from './durations.ts';
import { isPublicAddress } from './public-address.ts';

/** The address that a name leads to is not one we call. */
export class NotPublicError extends Error {
  override readonly name = 'NotPublicError';
  readonly code = 'ENOTPUBLIC';
}

/**
 * Looks a host name up for a connection, which then goes to just the addresses answered here: between the check and the
 * connection there is no second look-up that could answer otherwise. A name with any address that is not public leads
 * nowhere.
 *
 * Not the system's `getaddrinfo`: that occupies one of four threads which the whole process shares, and whoever runs
 * the name server of a host could hold them all.
 */
export function publicLookup(
  resolver: Resolver = new Resolver({ timeout: 2 * SECOND, tries: 2 }),
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(resolver, hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, [], 0),
    );
  };
}

interface Address {
  address: string;
  family: 4 | 6;
}

async function resolve(resolver: Resolver, hostname: string): Promise<[Address, ...Address[]]> {
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const found: Address[] = [
    ...(v4.status === 'fulfilled' ? v4.value : []).map((address) => ({ address, family: 4 as const })),
    ...(v6.status === 'fulfilled' ? v6.value : []).map((address) => ({ address, family: 6 as const })),
  ];
  const [first, ...others] = found;
  if (first === undefined) throw v4.status === 'rejected' ? v4.reason : new Error('no address');
  if (found.some(({ address }) => !isPublicAddress(address))) throw new NotPublicError();
  return [first, ...others];
}
