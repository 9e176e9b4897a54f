import { setTimeout as sleep } from 'node:timers/promises';
import type { Closure } from '../closure.ts';
import { Interrupted, isFinal, whyItFailed } from './end-unfinished.ts';

/**
 * The attempts of one run: each in a slot of its own, with a pause after each that failed, until there is none left.
 */
export class Retries {
  readonly #closure: Closure;
  readonly #eventId: string;
  #attempt = 1;

  constructor(closure: Closure, eventId: string) {
    this.#closure = closure;
    this.#eventId = eventId;
  }

  /** The number of the running attempt, from 1. */
  get attempt(): number {
    return this.#attempt;
  }

  /**
   * Runs `work` until it succeeds. What is `urgent` does not queue up for its first slot.
   *
   * @throws what `work` threw last, at once when it is nothing that another attempt would change
   */
  async run<T>(work: () => Promise<T>, { urgent }: { urgent: boolean }): Promise<T> {
    const { slots, retryDelaysMs, logger } = this.#closure;
    for (;;) {
      try {
        return await slots.run(work, { urgent: urgent || this.#attempt > 1 });
      } catch (error) {
        const delayMs = retryDelaysMs[this.#attempt - 1];
        if (isFinal(error) || delayMs === undefined) throw error;
        const facts = { eventId: this.#eventId, attempt: this.#attempt, delayMs, err: error };
        logger.warn(facts, `closing an event failed: ${whyItFailed(error)}; trying again`);
        await this.#pause(delayMs);
        this.#attempt += 1;
      }
    }
  }

  /** The slot is free in the meantime, for events that can be closed. */
  async #pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#closure.stopping });
    } catch {
      throw new Interrupted();
    }
  }
}
