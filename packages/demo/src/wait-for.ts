import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 20_000;

/** Whether the condition came true before the deadline. What was missing shows in the checks that follow. */
export async function waitFor(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  const until = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > until) return false;
    await pause(50);
  }
  return true;
}
