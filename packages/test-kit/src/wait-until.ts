import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until the condition answers something truthy, and answers that. A condition that throws has not come true
 * yet; what it threw last is the cause of the failure.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { within, every = 20 }: { within: number; every?: number },
): Promise<Exclude<T, false | null | undefined>> {
  const until = performance.now() + within;
  let cause: unknown;
  for (;;) {
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
    await pause(every);
  }
}
