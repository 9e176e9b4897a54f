import type { ClosureTrigger } from '@turnout/attendance-store/closing/closure-run';
import { findDueEvents } from '@turnout/attendance-store/closing/find-due-events';
import type { Closure } from '../closure.ts';
import { type CloseOrder, type Closing, closeEvent } from './close-event.ts';

export interface DueCounts {
  due: number;
  closed: number;
  failed: number;
  /** Left to others, who are closing it or have closed it by now. */
  skipped: number;
}

const PAGE = 200;

/**
 * Closes every event that is due, a few at a time. What is due is read from the state of the database, so a missed tick
 * costs time and nothing else. An event that fails takes nothing from the others.
 *
 * Each look begins somewhere else among those events and goes round, so that instances that look in the same instant
 * meet where one of them has done the work.
 */
export async function closeDueEvents(
  closure: Closure,
  options: Pick<CloseOrder, 'onProgress'> & {
    trigger: Exclude<ClosureTrigger, 'request'>;
    /** Events to leave alone for now. */
    except?: ReadonlySet<string>;
    onClosing?: (eventId: string, closing: Closing) => void;
  },
): Promise<DueCounts> {
  const { except, onClosing, ...order } = options;
  const eventIds = startAnywhere(await findAllDue(closure));
  const closings = await Promise.all(
    eventIds
      .filter((eventId) => !except?.has(eventId))
      .map(async (eventId) => {
        const closing = await closeEvent(closure, { ...order, eventId, onlyIfDue: true });
        onClosing?.(eventId, closing);
        return closing;
      }),
  );
  const count = (outcome: Closing['outcome']) =>
    closings.filter((closing) => closing.outcome === outcome).length;
  const [due, closed, failed] = [closings.length, count('closed'), count('failed')];
  return { due, closed, failed, skipped: due - closed - failed };
}

function startAnywhere<Item>(items: readonly Item[]): Item[] {
  const start = Math.floor(Math.random() * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

async function findAllDue({ db }: Closure): Promise<string[]> {
  const due: string[] = [];
  for (;;) {
    const page = await findDueEvents(db, { after: due.at(-1) ?? null, limit: PAGE });
    due.push(...page.map(({ eventId }) => eventId));
    if (page.length < PAGE) return due;
  }
}
