import type { Status } from '@turnout/attendance/enrollment';
import { Op } from 'sequelize';
import type { AttendanceModels } from '../models/attendance-models.ts';
import type { EnrollmentRecord } from './records.ts';
import { toEnrollmentRecord } from './to-records.ts';

export interface EnrollmentList {
  organizationId: string;
  eventId: string;
  status: Status | null;
  /** Part of a name or an e-mail address, in upper or lower case. */
  search: string | null;
  /** The last enrollment of the page before. */
  after: string | null;
  limit: number;
}

/** The enrollments of an event, in the order in which they were made. */
export async function listEnrollments(
  { Enrollment, Participant }: AttendanceModels,
  { organizationId, eventId, status, search, after, limit }: EnrollmentList,
): Promise<EnrollmentRecord[]> {
  const rows = await Enrollment.findAll({
    where: {
      eventId,
      organizationId,
      ...(status === null ? {} : { status }),
      ...(after === null ? {} : { enrollmentId: { [Op.gt]: after } }),
    },
    include: {
      model: Participant,
      as: 'participant',
      required: true,
      where: { organizationId, ...(search === null ? {} : contains(search)) },
    },
    order: [['enrollmentId', 'asc']],
    limit,
  });
  return rows.map(toEnrollmentRecord);
}

function contains(search: string) {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  return { [Op.or]: [{ name: { [Op.iLike]: pattern } }, { email: { [Op.iLike]: pattern } }] };
}
