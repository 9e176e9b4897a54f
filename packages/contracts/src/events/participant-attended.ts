import { z } from 'zod';
import { cloudEvent } from './envelope.ts';
import { evidence, triggeredBy } from './verdict.ts';

export const participantAttendedType = 'turnout.participant.attended.v1';

/** An enrollment became `attended`. `corrects` names the verdict it replaces, or is null for a first verdict. */
export const participantAttended = cloudEvent(
  participantAttendedType,
  z.looseObject({
    eventId: z.uuid(),
    enrollmentId: z.uuid(),
    participantId: z.uuid(),
    attendedAt: z.iso.datetime({ precision: 3 }),
    triggeredBy,
    reason: z.enum(['requirement_met', 'late_evidence', 'override', 'correction']),
    corrects: z.enum(['no_show']).nullable(),
    evidence,
  }),
).meta({ id: 'ParticipantAttended', description: 'An enrollment became attended.' });

export type ParticipantAttended = z.infer<typeof participantAttended>;
