/**
 * Servers with queues, in simulated milliseconds: what `crowd.ts` is made of. Nothing here runs in real time.
 */

/** Time that only moves from one thing that happens to the next. */
export class Clock {
  now = 0;
  readonly #due: { at: number; order: number; run: () => void }[] = [];
  #order = 0;

  after(ms: number, run: () => void): void {
    const due = this.#due;
    due.push({ at: this.now + ms, order: this.#order++, run });
    for (let child = due.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Lets everything happen that is due, until `isOver` or nothing is left. */
  run(isOver: () => boolean): void {
    while (this.#due.length > 0 && !isOver()) {
      const { at, run } = this.#takeNext();
      this.now = at;
      run();
    }
  }

  #takeNext() {
    const due = this.#due;
    this.#swap(0, due.length - 1);
    const next = due.pop() as { at: number; run: () => void };
    for (let parent = 0; ; ) {
      let first = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < due.length && this.#isBefore(child, first)) first = child;
      }
      if (first === parent) return next;
      this.#swap(parent, first);
      parent = first;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#due[one], this.#due[other]];
    return !!a && !!b && (a.at < b.at || (a.at === b.at && a.order < b.order));
  }

  #swap(one: number, other: number): void {
    const due = this.#due;
    [due[one], due[other]] = [due[other] as (typeof due)[0], due[one] as (typeof due)[0]];
  }
}

/** So many places, first come, first served: processors, one thread, one lock. */
export class Places {
  readonly #clock: Clock;
  readonly #queue: (() => void)[] = [];
  readonly #places: number;
  #taken = 0;
  #busyMs = 0;
  #since = 0;

  constructor(clock: Clock, places: number) {
    this.#clock = clock;
    this.#places = places;
  }

  /** Runs `work` when a place is free; `work` is given what frees it. */
  take(work: (free: () => void) => void): void {
    if (this.#taken === this.#places) {
      this.#queue.push(() => this.take(work));
      return;
    }
    this.#count();
    this.#taken += 1;
    work(() => {
      this.#count();
      this.#taken -= 1;
      this.#queue.shift()?.();
    });
  }

  /** How much of the time they were taken, 0 to 1. */
  get busy(): number {
    this.#count();
    return this.#busyMs / this.#places / this.#clock.now;
  }

  #count(): void {
    this.#busyMs += (this.#clock.now - this.#since) * this.#taken;
    this.#since = this.#clock.now;
  }
}
