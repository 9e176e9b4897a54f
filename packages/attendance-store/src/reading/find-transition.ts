import type { AttendanceModels } from '../models/attendance-models.ts';
import type { EnrollmentKey } from './find-enrollment.ts';
import type { TransitionRecord } from './records.ts';
import { toTransitionRecord } from './to-records.ts';

/** The transition that gave an enrollment this version. */
export async function findTransition(
  { Transition }: AttendanceModels,
  { organizationId, eventId, enrollmentId }: EnrollmentKey,
  version: number,
): Promise<TransitionRecord | null> {
  const row = await Transition.findOne({ where: { eventId, enrollmentId, version, organizationId } });
  return row && toTransitionRecord(row);
}
