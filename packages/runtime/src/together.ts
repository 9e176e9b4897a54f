import { setTimeout as sleep } from 'node:timers/promises';

/** Parts that need nothing of each other. */
export interface Together extends AsyncDisposable {
  use<Part extends AsyncDisposable>(part: Part): Part;
  defer(close: () => void | Promise<void>): void;
}

/**
 * Gathers parts that are closed at the same time, so that stopping takes as long as the slowest of them and not as all
 * of them. Disposing rejects with the first failure when all have ended; again, it waits for the same end.
 */
export function together(): Together {
  const closes: (() => void | Promise<void>)[] = [];
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    const ends = await Promise.allSettled(closes.map(async (each) => await each()));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  return {
    use(part) {
      closes.push(async () => await part[Symbol.asyncDispose]());
      return part;
    },
    defer(closePart) {
      closes.push(closePart);
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}

/** Waits for an end, so long at most: what holds it up is taken away next. Rejects when `ending` does so in time. */
export async function atMost(ms: number, ending: PromiseLike<unknown>): Promise<void> {
  const waited = new AbortController();
  try {
    await Promise.race([ending, sleep(ms, undefined, { signal: waited.signal })]);
  } finally {
    waited.abort();
  }
}
