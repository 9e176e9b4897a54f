/**
 * A device as somebody would write it who has read `docs/offline-devices.md` and nothing else: no source of ours, the
 * platform's own cryptography.
 */
import { webcrypto } from 'node:crypto';
import type { Json } from './front-desk.ts';

const { subtle } = webcrypto;

export type AskForPage = (cursor: string | null) => Promise<Json>;

export class OfflineDevice {
  event: Json;
  cursor: string | null = null;
  /** Everything the server ever sent, as a finder of the device would read it. */
  received = '';
  readonly entries = new Map<string, Json>();
  readonly #admitted: { key: string; day: string }[] = [];
  #sealing: Json;
  #clockAhead = 0;
  readonly #ask: AskForPage;

  constructor(ask: AskForPage) {
    this.#ask = ask;
  }

  /** Loads the roster, or what has changed since. Answers how many entries came. */
  async update(): Promise<number> {
    let count = 0;
    for (;;) {
      const page = await this.#ask(this.cursor);
      this.received += JSON.stringify(page);
      this.event = page.event;
      this.#sealing = page.sealing;
      this.#clockAhead = Date.parse(page.serverTime) - Date.now();
      for (const entry of page.items) this.entries.set(entry.key, entry);
      count += page.items.length;
      this.cursor = page.nextCursor;
      if (!page.more) return count;
    }
  }

  /** What it would do with the holder of a badge right now: `admitted`, or the code of the refusal. */
  async decide(accessCode: string): Promise<string> {
    const { key } = await this.#derive(accessCode);
    const entry = this.entries.get(key);
    const now = Date.now() + this.#clockAhead;
    if (!entry || entry.withdrawn) return 'unknown_code';
    if (this.event.cancelledAt) return 'event_cancelled';
    if (entry.cancelled) return 'enrollment_cancelled';
    if (now < Date.parse(this.event.admissionOpensAt)) return 'not_open_yet';
    if (now > Date.parse(this.event.endsAt)) return 'event_ended';
    if (!entry.orderPaid) return 'order_unpaid';
    const today = this.#dayOf(now);
    const own = this.#admitted.filter((admitted) => admitted.key === key);
    const spent = [...entry.entries, ...own].filter(({ day }) => this.#spends(day, today));
    if (spent.length > 0) return 'already_checked_in';
    this.#admitted.push({ key, day: today });
    return 'admitted';
  }

  /** Who is behind a badge. */
  async open(accessCode: string): Promise<Json> {
    const { key, sealingKey } = await this.#derive(accessCode);
    const sealed = Buffer.from(this.entries.get(key).sealed, 'base64url');
    const algorithm = {
      name: 'AES-GCM',
      iv: sealed.subarray(0, 12),
      additionalData: Buffer.from(key),
      tagLength: 128,
    };
    const opener = await subtle.importKey('raw', sealingKey, 'AES-GCM', false, ['decrypt']);
    const plain = await subtle.decrypt(algorithm, opener, sealed.subarray(12));
    return JSON.parse(Buffer.from(plain).toString('utf8'));
  }

  async #derive(accessCode: string): Promise<{ key: string; sealingKey: Buffer }> {
    const utf8 = (text: string) => new TextEncoder().encode(text);
    const code = await subtle.importKey('raw', utf8(accessCode), 'HKDF', false, ['deriveBits']);
    const algorithm = {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: utf8(this.#sealing.salt),
      info: utf8(this.#sealing.info),
    };
    const bytes = Buffer.from(await subtle.deriveBits(algorithm, code, 512));
    return { key: bytes.toString('hex', 0, 16), sealingKey: bytes.subarray(32) };
  }

  #spends(day: string, today: string): boolean {
    const isEventDay = (date: string) => this.event.days.some((known: Json) => known.day === date);
    switch (this.event.reentry) {
      case 'once_per_day':
        return day === today;
      case 'once':
        return isEventDay(day) === isEventDay(today);
      default:
        return false;
    }
  }

  #dayOf(now: number): string {
    const found = this.event.days.find(
      ({ startsAt, endsAt }: Json) => Date.parse(startsAt) <= now && now < Date.parse(endsAt),
    );
    if (found) return found.day;
    // Outside of the event days; the boundary of these events is midnight.
    return new Intl.DateTimeFormat('en-CA', { timeZone: this.event.timeZone }).format(now);
  }
}
