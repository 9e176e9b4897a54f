import { SECOND } from '@turnout/runtime/durations';

/**
 * How long a notifier that stops waits for mails and calls under way: most of the ten seconds that a process has, and
 * time to write down how they went. What takes longer is cut off and tried again by another, so it may arrive twice.
 */
const PATIENCE = 7 * SECOND;

/** Waits for a loop that was told to stop; once patience is over, `cutOff` is aborted. */
export async function waitForEnd(running: Promise<void>, cutOff: AbortController): Promise<void> {
  const timer = setTimeout(() => cutOff.abort(), PATIENCE);
  await running;
  clearTimeout(timer);
}

const DATABASE_PAUSES = [200, 500, SECOND];

/** Milliseconds until the database is asked again, after so many failures in a row. */
export function pauseWithoutDatabase(failures: number): number {
  return DATABASE_PAUSES[failures - 1] ?? 2 * SECOND;
}
