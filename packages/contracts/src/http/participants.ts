import { z } from 'zod';
import { instantOut, line } from '../primitives.ts';

/** `GET /v1/participants`: part of a name or an e-mail address, or a whole `externalId`. */
export const participantSearch = line(200).optional();

export const participantBody = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    locale: z.string().nullable(),
    externalId: z.string().nullable(),
    createdAt: instantOut,
  })
  .meta({ id: 'Participant' });

export type ParticipantBody = z.infer<typeof participantBody>;
