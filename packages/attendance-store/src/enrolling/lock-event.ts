import type { Statement, Tx } from '@turnout/runtime/postgres';

export interface OpenEvent {
  cancelledAt: Date | null;
  /** The database's clock. */
  now: Date;
}

const look = `
  select cancelled_at, clock_timestamp() as now from attendance.events
  where event_id = $1 and organization_id = $2`;

const lookStatement: Statement = { name: 'look_at_event_for_enrolling', text: look };

const shareEvent: Statement = { name: 'share_event_for_enrolling', text: `${look} for share` };

/** Holds an event as it is until the commit, beside others who enroll; null when the organization has none such. */
export async function lockEvent(tx: Tx, organizationId: string, eventId: string): Promise<OpenEvent | null> {
  return await read(tx, shareEvent, organizationId, eventId);
}

/** The same, of which only the answer is kept: it may be another in the next moment. */
export async function lookAtEvent(
  tx: Tx,
  organizationId: string,
  eventId: string,
): Promise<OpenEvent | null> {
  return await read(tx, lookStatement, organizationId, eventId);
}

async function read(
  tx: Tx,
  statement: Statement,
  organizationId: string,
  eventId: string,
): Promise<OpenEvent | null> {
  const [row] = await tx.query<{ cancelled_at: Date | null; now: Date }>(statement, [
    eventId,
    organizationId,
  ]);
  return row ? { cancelledAt: row.cancelled_at, now: row.now } : null;
}
