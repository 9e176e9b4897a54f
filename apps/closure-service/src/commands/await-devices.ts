import { findWaitingEvents, type WaitingEvent } from '@turnout/attendance-store/closing/find-waiting-events';
import type { Closure } from '../closure.ts';
import { counted } from '../metrics.ts';

const PAGE = 200;
/** Events that one log line names, at most. */
const NAMED = 20;

/**
 * The events that are not closed yet because devices still hold scans of them; logged and counted. To be asked before
 * what is due is closed, so that an event whose devices report in between is closed, not missed.
 */
export async function awaitDevices({ db, logger }: Pick<Closure, 'db' | 'logger'>): Promise<WaitingEvent[]> {
  const waiting: WaitingEvent[] = [];
  let page: WaitingEvent[];
  do {
    page = await findWaitingEvents(db, { after: waiting.at(-1)?.eventId ?? null, limit: PAGE });
    waiting.push(...page);
  } while (page.length === PAGE);
  if (waiting.length > 0) {
    counted.waitedForDevices.add(waiting.length);
    const eventIds = waiting.slice(0, NAMED).map(({ eventId }) => eventId);
    logger.info({ waiting: waiting.length, eventIds }, 'closure waits for devices that still hold scans');
  }
  return waiting;
}
