import { Op } from 'sequelize';
import type { AttendanceModels } from '../models/attendance-models.ts';
import { toStoredEvent } from '../models/event-model.ts';
import type { StoredEvent } from '../stored.ts';

export interface EventList {
  organizationId: string;
  /** Only these, or null for all of the organization. */
  eventIds: readonly string[] | null;
  /** The last event of the page before. */
  after: string | null;
  limit: number;
}

/** An organization's events, the newest first. */
export async function listEvents(
  { Event }: AttendanceModels,
  { organizationId, eventIds, after, limit }: EventList,
): Promise<StoredEvent[]> {
  const rows = await Event.findAll({
    where: {
      [Op.and]: [
        { organizationId },
        ...(eventIds === null ? [] : [{ eventId: [...eventIds] }]),
        ...(after === null ? [] : [{ eventId: { [Op.lt]: after } }]),
      ],
    },
    order: [['eventId', 'desc']],
    limit,
  });
  return rows.map(toStoredEvent);
}
