/** How many deliveries a channel may try now. One limit belongs to one process: two notifiers send twice as many. */
export interface RateLimit {
  /** How many may be tried now, at most `wanted`. */
  available(wanted: number): number;
  spend(count: number): void;
  /** Milliseconds until one more may be tried; 0 when it may be now. */
  readonly waitMs: number;
}

export const unlimited: RateLimit = {
  available: (wanted) => wanted,
  spend: () => undefined,
  waitMs: 0,
};

/** A bucket that fills with `perSecond` in a second and holds no more than that. `now` in milliseconds. */
export function limitTo(perSecond: number, now: () => number = () => performance.now()): RateLimit {
  let tokens = perSecond;
  let filledAt = now();
  function fill(): number {
    const at = now();
    tokens = Math.min(perSecond, tokens + ((at - filledAt) / 1_000) * perSecond);
    filledAt = at;
    return tokens;
  }
  return {
    available: (wanted) => Math.min(wanted, Math.floor(fill())),
    spend(count) {
      tokens -= count;
    },
    get waitMs() {
      return Math.max(0, Math.ceil(((1 - fill()) / perSecond) * 1_000));
    },
  };
}
