import { createHash } from 'node:crypto';

/**
 * The hash of a seal: that of the seal before it and what this one holds. The first seal of an organization has the
 * organization's id in place of a hash, so that a chain is of no use in another's stead. Anybody can compute it:
 * `printf '%s\n%s' <hash before> <content> | sha256sum`.
 *
 * @param before hash in hex, or the organization's id
 * @returns 64 hexadecimal digits
 */
export function hashOfSeal(before: string, content: string): string {
  return createHash('sha256').update(before).update('\n').update(content).digest('hex');
}
