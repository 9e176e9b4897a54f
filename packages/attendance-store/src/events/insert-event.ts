import { newId } from '@turnout/runtime/ids';
import type { Queryable, Statement } from '@turnout/runtime/postgres';
import { type EventRow, eventColumns, toStoredEvent } from '../event-row.ts';
import type { StoredEvent } from '../stored.ts';
import { type EventFields, toRequirementColumns } from './event-fields.ts';

const insert: Statement = {
  name: 'insert_event',
  text: `
    insert into attendance.events
      (event_id, organization_id, name, time_zone, starts_at, ends_at, day_boundary, requirement_type, requirement_days,
       closure_grace_minutes, device_grace_minutes, reentry, admission_opens_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    returning ${eventColumns}`,
};

/** Stores a new event. */
export async function insertEvent(
  db: Queryable,
  organizationId: string,
  event: EventFields,
): Promise<StoredEvent> {
  const { requirementType, requirementDays } = toRequirementColumns(event.requirement);
  const [row] = await db.query<EventRow>(insert, [
    newId(),
    organizationId,
    event.name,
    event.timeZone,
    event.startsAt,
    event.endsAt,
    event.dayBoundary,
    requirementType,
    requirementDays,
    event.closureGraceMinutes,
    event.deviceGraceMinutes,
    event.reentry,
    event.admissionOpensAt,
  ]);
  if (!row) throw new Error('an event was inserted, and nothing was answered about it');
  return toStoredEvent(row);
}
