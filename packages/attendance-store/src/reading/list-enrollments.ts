import type { AttendanceModels } from '../models/attendance-models.ts';
import { type EnrollmentFilter, where } from './enrollment-filter.ts';
import type { EnrollmentRecord } from './records.ts';
import { toEnrollmentRecord } from './to-records.ts';

export interface EnrollmentList extends EnrollmentFilter {
  /** The last enrollment of the page before. */
  after: string | null;
  limit: number;
}

/** The enrollments of an event, in the order in which they were made. */
export async function listEnrollments(
  models: AttendanceModels,
  { after, limit, ...filter }: EnrollmentList,
): Promise<EnrollmentRecord[]> {
  const rows = await models.Enrollment.findAll({ ...where(models, filter, after), limit });
  return rows.map(toEnrollmentRecord);
}

/** The ids of at most `limit` enrollments, in the same order. */
export async function findEnrollmentIds(
  models: AttendanceModels,
  filter: EnrollmentFilter,
  limit: number,
): Promise<string[]> {
  const options = where(models, filter, null);
  const rows = await models.Enrollment.findAll({
    ...options,
    include: { ...options.include, attributes: [] },
    attributes: ['enrollmentId'],
    limit,
    raw: true,
  });
  return rows.map(({ enrollmentId }) => enrollmentId);
}
