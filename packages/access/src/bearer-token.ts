import { hash as digest, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { newId } from '@turnout/runtime/ids';

/** What is shown once (`token`) and what is stored (`tokenId`, `secretHash`). */
export interface NewToken {
  tokenId: string;
  token: string;
  secretHash: Buffer;
}

/**
 * Makes a bearer token `tnt_<id>_<secret>_<checksum>` with 256 random bits. The checksum lets a scanner of leaked
 * secrets, and us, tell a mistyped token from a wrong one without a look-up.
 *
 * @param tokenId of a token that gets a new secret; otherwise it is a new one
 */
export function newToken(tokenId: string = newId()): NewToken {
  const secret = randomBytes(32).toString('hex');
  const stem = `tnt_${tokenId.replaceAll('-', '')}_${secret}`;
  return { tokenId, token: `${stem}_${checksum(stem)}`, secretHash: hash(secret) };
}

/** The id and the hashed secret of a well-formed token, or null. */
export function readToken(token: string): { tokenId: string; secretHash: Buffer } | null {
  const match = /^(tnt_([0-9a-f]{32})_([0-9a-f]{64}))_([0-9a-f]{8})$/.exec(token);
  if (!match) return null;
  const [, stem, id, secret, sum] = match as unknown as [string, string, string, string, string];
  if (checksum(stem) !== sum) return null;
  const tokenId = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { tokenId, secretHash: hash(secret) };
}

function checksum(stem: string): string {
  return crc32(stem).toString(16).padStart(8, '0');
}

// The secret is random and long, so a fast hash is enough: there is nothing to guess.
function hash(secret: string): Buffer {
  return digest('sha256', secret, 'buffer');
}
