import type { Status } from '@turnout/attendance/enrollment';
import { col, fn, Op, type WhereOptions, where as whereOf } from 'sequelize';
import { containing } from '../containing.ts';
import type { AttendanceModels } from '../models/attendance-models.ts';

/** Which enrollments of an event; what is null leaves out none. */
export interface EnrollmentFilter {
  organizationId: string;
  eventId: string;
  status: Status | null;
  /** Null: of any; `none`: of none at all. */
  ticketType: { is: string } | 'none' | null;
  /**
   * Part of a name (with or without marks) or an e-mail address, in upper or lower case; or all of an external id or an
   * access code.
   */
  search: string | null;
}

/** What `findAll` needs so that it finds these. */
export function where(
  { Participant }: AttendanceModels,
  { organizationId, eventId, status, ticketType, search }: EnrollmentFilter,
  after: string | null,
) {
  const conditions: WhereOptions[] = [{ eventId, organizationId }];
  if (status !== null) conditions.push({ status });
  if (ticketType !== null) conditions.push({ ticketType: ticketType === 'none' ? null : ticketType.is });
  if (after !== null) conditions.push({ enrollmentId: { [Op.gt]: after } });
  if (search !== null) conditions.push(found(search));
  return {
    where: { [Op.and]: conditions },
    include: { model: Participant, as: 'participant', required: true, where: { organizationId } },
    order: [['enrollmentId', 'asc']] as [string, string][],
    subQuery: false,
  };
}

function found(search: string): WhereOptions {
  return {
    [Op.or]: [
      whereOf(col('participant.plain_name'), Op.like, fn('attendance.plain_pattern', search)),
      { '$participant.email$': { [Op.iLike]: containing(search) } },
      { '$participant.external_id$': search },
      { accessCode: search },
    ],
  };
}
