const LONGEST_MS = 30_000;
const MOST_KEYS = 1_000;

/**
 * Keys whose first message was refused, each until the time of its next attempt. When there are very many, it is not
 * a message that is wrong but the exchange or the broker, and `full` says so: the relay then waits as a whole.
 */
export class HeldKeys {
  readonly #until = new Map<string, number>();
  readonly #baseMs: number;

  /** `baseMs` doubles with each attempt, up to 30 s. */
  constructor(baseMs: number) {
    this.#baseMs = baseMs;
  }

  hold(key: string, attempts: number): void {
    const delay = Math.min(this.#baseMs * 2 ** attempts, LONGEST_MS);
    this.#until.set(key, performance.now() + delay);
  }

  /** The keys still held; the others are forgotten. */
  current(): string[] {
    const now = performance.now();
    for (const [key, until] of this.#until) if (until <= now) this.#until.delete(key);
    return [...this.#until.keys()];
  }

  get full(): boolean {
    return this.#until.size >= MOST_KEYS;
  }
}
