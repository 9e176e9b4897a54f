import type { Transaction } from 'sequelize';
import type { AttendanceModels } from '../models/attendance-models.ts';
import type { EnrollmentRecord } from './records.ts';
import { toEnrollmentRecord } from './to-records.ts';

/** Names one enrollment. Of another organization's nothing is found. */
export interface EnrollmentKey {
  organizationId: string;
  eventId: string;
  enrollmentId: string;
}

/** One enrollment with its participant, or null when the organization has none by this key. */
export async function findEnrollment(
  { Enrollment, Participant }: AttendanceModels,
  { organizationId, eventId, enrollmentId }: EnrollmentKey,
  transaction: Transaction | null = null,
): Promise<EnrollmentRecord | null> {
  const row = await Enrollment.findOne({
    where: { eventId, enrollmentId, organizationId },
    include: { model: Participant, as: 'participant', required: true, where: { organizationId } },
    transaction,
  });
  return row && toEnrollmentRecord(row);
}
