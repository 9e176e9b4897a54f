import { hash } from 'node:crypto';
import { readToken } from './bearer-token.ts';

/** What somebody shows to be let in, read and not yet believed. */
export type Credential =
  | { kind: 'token'; tokenId: string; secretHash: Buffer }
  | { kind: 'jwt'; jwt: string; digest: string };

/** More than a token with a few dozen roles needs; the headers of a request end at 16 kB. */
const LONGEST_JWT = 8_192;

/** The credential in an `Authorization` header; null when it holds none that we know. */
export function readCredential(header: string | undefined): Credential | null {
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? [];
  if (bearer === undefined) return null;
  if (bearer.startsWith('tnt_')) {
    const token = readToken(bearer);
    return token && { kind: 'token', ...token };
  }
  if (bearer.length > LONGEST_JWT || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(bearer)) return null;
  return { kind: 'jwt', jwt: bearer, digest: hash('sha256', bearer, 'base64') };
}
