import { fn, Op, type WhereOptions } from 'sequelize';
import { containing } from '../containing.ts';
import type { AttendanceModels } from '../models/attendance-models.ts';
import { eventOfModel } from '../models/event-model.ts';
import type { StoredEvent } from '../stored.ts';

export interface EventList {
  organizationId: string;
  /** Only these, or null for all of the organization. */
  eventIds: readonly string[] | null;
  state: EventState | null;
  /** Part of the name, in upper or lower case. */
  search: string | null;
  /** The last event of the page before. */
  after: string | null;
  limit: number;
}

export type EventState = 'upcoming' | 'running' | 'ended' | 'closed' | 'cancelled';

/** An organization's events, the newest first. */
export async function listEvents(
  { Event }: AttendanceModels,
  { organizationId, eventIds, state, search, after, limit }: EventList,
): Promise<StoredEvent[]> {
  const rows = await Event.findAll({
    where: {
      [Op.and]: [
        { organizationId },
        ...(eventIds === null ? [] : [{ eventId: [...eventIds] }]),
        ...(state === null ? [] : [isIn(state)]),
        ...(search === null ? [] : [{ name: { [Op.iLike]: containing(search) } }]),
        ...(after === null ? [] : [{ eventId: { [Op.lt]: after } }]),
      ],
    },
    order: [['eventId', 'desc']],
    limit,
  });
  return rows.map(eventOfModel);
}

/** Each event is in one state, by the database's clock. */
function isIn(state: EventState): WhereOptions {
  const now = fn('now');
  const open = { cancelledAt: null, closedAt: null };
  switch (state) {
    case 'upcoming':
      return { ...open, startsAt: { [Op.gt]: now } };
    case 'running':
      return { ...open, startsAt: { [Op.lte]: now }, endsAt: { [Op.gte]: now } };
    case 'ended':
      return { ...open, endsAt: { [Op.lt]: now } };
    case 'closed':
      return { cancelledAt: null, closedAt: { [Op.ne]: null } };
    case 'cancelled':
      return { cancelledAt: { [Op.ne]: null } };
  }
}
