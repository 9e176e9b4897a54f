/**
 * How a roster hides who is on it: what a device finds by, and what it opens, both come from the access code on the
 * badge that is held in front of it. Without the badges a roster gives no name away.
 *
 * HKDF (RFC 5869) with SHA-256 over the code makes 64 bytes. Bytes 0 to 15, in lower-case hex, are the entry's `key`;
 * bytes 32 to 63 are the key of AES-256-GCM that seals the person. `sealed` is base64url, without padding, of
 *
 *     nonce (12 bytes) | ciphertext | tag (16 bytes)
 *
 * with `key` as additional data, so that no entry can be passed off as another. The plain text is JSON, followed by
 * spaces up to a multiple of 64 bytes: its length tells little.
 *
 * `docs/offline-devices.md` says the same to whoever writes a device, with an example that a test checks.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** The names of the parts, as each roster repeats them; the salt is the event's id. */
export const rosterScheme = {
  kdf: 'HKDF-SHA-256',
  info: 'turnout roster v1',
  cipher: 'AES-256-GCM',
} as const;

const DERIVED_BYTES = 64;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PADDED_TO = 64;
const tagged = { authTagLength: TAG_BYTES };

/** What an access code opens. */
export interface RosterKeys {
  /** 32 lower-case hex digits. */
  key: string;
  /** 32 bytes. */
  sealingKey: Uint8Array;
}

/** Who an entry is about. Whoever has a code that can be guessed has no name here: see {@link isGuessable}. */
export interface SealedPerson {
  enrollmentId: string;
  displayName: string | null;
  ticketType: string | null;
}

/** Bits that an access code must have, so that nobody finds it by trying. */
const SECRET_BITS = 80;

/**
 * Is this code too short to keep what it seals? Six digits are tried out in a minute. Counted is the most that so many
 * characters of these kinds can hold; whether they were chosen at random shows in no code.
 */
export function isGuessable(accessCode: string): boolean {
  const kinds: [RegExp, number][] = [
    [/[0-9]/, 10],
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[^0-9A-Za-z]/, 33],
  ];
  const alphabet = kinds.reduce((sum, [kind, size]) => sum + (kind.test(accessCode) ? size : 0), 0);
  return accessCode.length * Math.log2(alphabet) < SECRET_BITS;
}

/** @param eventId in lower case, as it is answered everywhere */
export function deriveRosterKeys(eventId: string, accessCode: string): RosterKeys {
  const { info } = rosterScheme;
  const derived = Buffer.from(hkdfSync('sha256', accessCode, eventId, info, DERIVED_BYTES));
  return { key: derived.toString('hex', 0, 16), sealingKey: derived.subarray(32, 64) };
}

/** @param nonce never used twice with one key; only an example gives one */
export function sealPerson(
  { key, sealingKey }: RosterKeys,
  { enrollmentId, displayName, ticketType }: SealedPerson,
  nonce: Uint8Array = randomBytes(NONCE_BYTES),
): string {
  const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce, tagged).setAAD(Buffer.from(key));
  const plain = padded(JSON.stringify({ enrollmentId, displayName, ticketType }));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** Throws when it was not sealed with these keys, or changed since. */
export function openPerson({ key, sealingKey }: RosterKeys, sealed: string): SealedPerson {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', sealingKey, bytes.subarray(0, NONCE_BYTES), tagged)
    .setAAD(Buffer.from(key))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  return JSON.parse(plain.toString('utf8')) as SealedPerson;
}

function padded(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Math.ceil(bytes.length / PADDED_TO) * PADDED_TO;
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length, ' ')]);
}
