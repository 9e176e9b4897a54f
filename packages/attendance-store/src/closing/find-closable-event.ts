import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { type ClosureRefusal, whyNotClosable } from './why-not-closable.ts';

const lookAtEvent: Statement = {
  name: 'look_at_event_before_closure',
  text: `
    select organization_id, ends_at, cancelled_at, clock_timestamp() as now
    from attendance.events where event_id = $1`,
};

/**
 * Can this event be closed, as things stand? Null when there is no such event, or when it is not this organization's
 * (null: whoever's it is). A look without a lock; the run looks again when it begins.
 */
export async function findClosableEvent(
  db: Queryable,
  eventId: string,
  organizationId: string | null,
): Promise<{ refusal: ClosureRefusal | null } | null> {
  const [event] = await db.query<{
    organization_id: string;
    ends_at: Date;
    cancelled_at: Date | null;
    now: Date;
  }>(lookAtEvent, [eventId]);
  if (!event) return null;
  if (organizationId !== null && event.organization_id !== organizationId) return null;
  return { refusal: whyNotClosable({ cancelledAt: event.cancelled_at, endsAt: event.ends_at }, event.now) };
}
