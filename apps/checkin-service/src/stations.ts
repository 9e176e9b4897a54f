/** More than any process serves; what comes beyond it is not counted. */
const MOST = 10_000;

/** The stations that were heard of lately, by event and name. */
export class Stations {
  readonly #heard = new Map<string, number>();
  readonly #keepMs: number;

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** `now` in milliseconds of a steady clock. */
  note(eventId: string, station: string, now: number): void {
    const key = `${eventId} ${station}`;
    if (this.#heard.size < MOST || this.#heard.has(key)) this.#heard.set(key, now);
  }

  /** How many there are; those not heard of for long enough are forgotten. */
  count(now: number): number {
    for (const [key, at] of this.#heard) {
      if (now - at > this.#keepMs) this.#heard.delete(key);
    }
    return this.#heard.size;
  }
}
