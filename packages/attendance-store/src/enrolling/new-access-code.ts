import { randomBytes } from 'node:crypto';

// Crockford's base 32: no I, L, O or U, so that a code can be read out and typed.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 20;

/** An access code of 20 characters with 100 random bits. */
export function newAccessCode(): string {
  return Array.from(randomBytes(LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}
