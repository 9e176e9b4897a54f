import { z } from 'zod';
import { cloudEvent } from './envelope.ts';
import { evidence, triggeredBy } from './verdict.ts';

export const participantNoShowType = 'turnout.participant.no-show.v1';

/** An enrollment became `no_show`. `corrects` names the verdict it replaces, or is null for a first verdict. */
export const participantNoShow = cloudEvent(
  participantNoShowType,
  z.looseObject({
    eventId: z.uuid(),
    enrollmentId: z.uuid(),
    participantId: z.uuid(),
    triggeredBy,
    reason: z.enum(['never_checked_in', 'requirement_not_met', 'check_in_annulled', 'correction']),
    corrects: z.enum(['attended']).nullable(),
    evidence,
  }),
).meta({ id: 'ParticipantNoShow', description: 'An enrollment became no_show.' });

export type ParticipantNoShow = z.infer<typeof participantNoShow>;
