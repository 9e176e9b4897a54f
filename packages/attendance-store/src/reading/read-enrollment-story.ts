import { Transaction } from 'sequelize';
import type { AttendanceModels } from '../models/attendance-models.ts';
import { eventOfModel } from '../models/event-model.ts';
import type { StoredEvent } from '../stored.ts';
import { type EnrollmentKey, findEnrollment } from './find-enrollment.ts';
import type { CheckInRecord, EnrollmentRecord, TransitionRecord } from './records.ts';
import { toCheckInRecord, toTransitionRecord } from './to-records.ts';

/** One enrollment with all that happened to it. */
export interface EnrollmentStory {
  event: StoredEvent;
  enrollment: EnrollmentRecord;
  /** All of them, in the order in which they were recorded. */
  checkIns: CheckInRecord[];
  /** Oldest first. */
  transitions: TransitionRecord[];
}

/** Reads it all as of one instant, so that the status and the row of the audit trail that explains it agree. */
export async function readEnrollmentStory(
  models: AttendanceModels,
  key: EnrollmentKey,
): Promise<EnrollmentStory | null> {
  const { eventId, enrollmentId } = key;
  const isolationLevel = Transaction.ISOLATION_LEVELS.REPEATABLE_READ;
  return await models.sequelize.transaction({ isolationLevel }, async (transaction) => {
    const enrollment = await findEnrollment(models, key, transaction);
    if (!enrollment) return null;
    const event = await models.Event.findByPk(eventId, { transaction, rejectOnEmpty: true });
    const checkIns = await models.CheckIn.findAll({
      where: { eventId, enrollmentId },
      order: ['recordedAt', 'checkInId'],
      transaction,
    });
    const transitions = await models.Transition.findAll({
      where: { eventId, enrollmentId },
      order: ['version'],
      transaction,
    });
    return {
      event: eventOfModel(event),
      enrollment,
      checkIns: checkIns.map(toCheckInRecord),
      transitions: transitions.map(toTransitionRecord),
    };
  });
}
