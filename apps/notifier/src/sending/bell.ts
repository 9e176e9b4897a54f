export interface Bell {
  ring: () => void;
  /** Resolves at the next ring, or after so many milliseconds. */
  rung: (withinMs: number) => Promise<void>;
}

/** One waits, any number ring; a ring while nobody waits is heard by the next who does. */
export function openBell(): Bell {
  let waiting: (() => void) | undefined;
  let rang = false;
  return {
    ring() {
      rang = true;
      waiting?.();
    },
    async rung(withinMs) {
      if (!rang) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting = resolve;
        const timer = setTimeout(resolve, withinMs);
        await promise;
        clearTimeout(timer);
        waiting = undefined;
      }
      rang = false;
    },
  };
}
