import type { Sequelize } from 'sequelize';
import { bindCheckInModel, type CheckInModel } from './check-in-model.ts';
import { bindEnrollmentModel, type EnrollmentModel } from './enrollment-model.ts';
import { bindEventModel, type EventModel } from './event-model.ts';
import { bindParticipantModel, type ParticipantModel } from './participant-model.ts';
import { bindProductModel, type ProductModel } from './product-model.ts';
import { bindTransitionModel, type TransitionModel } from './transition-model.ts';

/**
 * Our tables as Sequelize models, to be read. Whatever writes, locks or walks them is a hand-written statement
 * elsewhere.
 */
export interface AttendanceModels {
  sequelize: Sequelize;
  Event: typeof EventModel;
  Participant: typeof ParticipantModel;
  Enrollment: typeof EnrollmentModel;
  CheckIn: typeof CheckInModel;
  Transition: typeof TransitionModel;
  Product: typeof ProductModel;
}

/** The models on one Sequelize. Each has classes of its own, so that two of them can live in one process. */
export function bindAttendanceModels(sequelize: Sequelize): AttendanceModels {
  const Participant = bindParticipantModel(sequelize);
  return {
    sequelize,
    Event: bindEventModel(sequelize),
    Participant,
    Enrollment: bindEnrollmentModel(sequelize, Participant),
    CheckIn: bindCheckInModel(sequelize),
    Transition: bindTransitionModel(sequelize),
    Product: bindProductModel(sequelize),
  };
}
