import type { AttendanceModels } from '../models/attendance-models.ts';

/** Those of these events that are the organization's. */
export async function findEventIds(
  { Event }: AttendanceModels,
  organizationId: string,
  eventIds: readonly string[],
): Promise<Set<string>> {
  if (eventIds.length === 0) return new Set();
  const rows = await Event.findAll({
    attributes: ['eventId'],
    where: { organizationId, eventId: [...eventIds] },
  });
  return new Set(rows.map(({ eventId }) => eventId));
}
