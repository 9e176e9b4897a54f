/** Lets a number of things happen at the same time, and others wait their turn. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs `work` when there is a slot. What is `urgent` goes before those that wait already. */
  async run<T>(work: () => Promise<T>, { urgent = false }: { urgent?: boolean } = {}): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(urgent);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  async #turn(urgent: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (urgent) this.#waiting.unshift(resolve);
    else this.#waiting.push(resolve);
    await promise;
  }
}
