import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from './event-row.ts';
import type { StoredEvent } from './stored.ts';

const findEventOfOrganization: Statement = {
  name: 'find_event',
  text: `select ${eventColumns} from attendance.events where event_id = $1 and organization_id = $2`,
};

/** The organization's event of this id, or null. */
export async function findEvent(
  db: Queryable,
  organizationId: string,
  eventId: string,
): Promise<StoredEvent | null> {
  const [row] = await db.query<EventRow>(findEventOfOrganization, [eventId, organizationId]);
  return row ? toStoredEvent(row) : null;
}
