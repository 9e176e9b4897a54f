import { setTimeout as pause } from 'node:timers/promises';

/** Only a test that fails waits so long: enough for a machine on which everything takes many times as long. */
const PATIENCE_MS = 60_000;

/**
 * Waits until the condition answers something truthy, and answers that. A condition that throws has not come true
 * yet; what it threw last is the cause of the failure. A limit of its own, in milliseconds, is for what must be done
 * in that time; all else is waited for with one patience.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { within = PATIENCE_MS, every = 20 }: { within?: number; every?: number } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const until = performance.now() + within;
  let cause: unknown;
  for (;;) {
    const askedAt = performance.now();
    try {
      const value = await condition();
      if (value) return value as Exclude<T, false | null | undefined>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > until) {
      throw new Error(`This did not come true within ${within} ms: ${condition.toString()}`, { cause });
    }
    // Whoever asks without a pause takes the time that the answer needs.
    await pause(Math.max(every, performance.now() - askedAt));
  }
}
