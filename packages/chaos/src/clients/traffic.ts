import type { Instance } from '../stack/instance.ts';

export interface Exchange {
  instance: Instance;
  what: string;
  /** By the steady clock, in milliseconds. */
  from: number;
  to: number;
  outcome: 'answered' | 'no answer' | 'lost' | 'not sent' | 'hung up';
  status: number;
}

const LOOK_MS = 20;

/** Every request of the run, and how late this process itself was, which no answer can be blamed for. */
export class Traffic implements Disposable {
  readonly exchanges: Exchange[] = [];
  readonly #stalls: { from: number; to: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor() {
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      if (now - last > 2 * LOOK_MS) this.#stalls.push({ from: last, to: now });
      last = now;
    }, LOOK_MS);
  }

  record(exchange: Exchange): void {
    this.exchanges.push(exchange);
  }

  /** Requests that were under way at some time between two instants. */
  between(from: number, to: number): Exchange[] {
    return this.exchanges.filter((exchange) => exchange.from <= to && exchange.to >= from);
  }

  /** How long this process did nothing between two instants, in all. */
  stalledMs(from: number, to: number): number {
    return this.#stalls
      .map((stall) => Math.min(stall.to, to) - Math.max(stall.from, from))
      .filter((ms) => ms > 0)
      .reduce((sum, ms) => sum + ms, 0);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
