import type { Closure } from './closure.ts';
import { awaitDevices } from './commands/await-devices.ts';
import { closeDueEvents } from './commands/close-due-events.ts';
import { lookAgain } from './look-again.ts';

/**
 * What the schedule does each time: it closes what is due. An early look is there for locks and devices, and leaves
 * alone what has failed since the last time of the schedule: a failure is tried again, and announced, once for each
 * such time.
 */
export function scheduledLook(closure: Closure, { lockTtlMs }: { lockTtlMs: number }) {
  let failed: ReadonlySet<string> = new Set();

  return async ({ early }: { early: boolean }): Promise<{ againAfterMs: number } | undefined> => {
    const waiting = await awaitDevices(closure);
    const except = early ? failed : new Set<string>();
    const failing = new Set(except);
    const counts = await closeDueEvents(closure, {
      trigger: 'schedule',
      except,
      onClosing: (eventId, { outcome }) => {
        if (outcome === 'failed') failing.add(eventId);
      },
    });
    failed = failing;
    if (counts.due > 0) closure.logger.info(counts, 'closed what was due');
    else closure.logger.debug('nothing is due');
    return lookAgain({ skipped: counts.skipped, lockTtlMs, waiting });
  };
}
