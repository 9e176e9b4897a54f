import { z } from 'zod';
import { day, id, instant, instantOut, line, reason, scannedCode } from '../primitives.ts';

const oneTicket = (scan: { accessCode?: unknown; enrollmentId?: unknown }) =>
  (scan.accessCode === undefined) !== (scan.enrollmentId === undefined);

/** What a scan asks for: to come in, one unit of what was bought, or to enter a room. */
export const scanKind = z.enum(['check_in', 'redemption', 'door_check']);

/** What a device did with the person while it could not ask. It changes no answer. */
export const deviceDecision = z.enum(['admitted', 'turned_away']);

/** `POST /v1/events/{eventId}/check-ins`: one scan. `scannedAt` is the time of the scan, not of the upload. */
export const scanRequest = z
  .strictObject({
    scanId: id,
    accessCode: scannedCode.optional(),
    enrollmentId: id.optional(),
    scannedAt: instant.optional(),
    station: line(100).optional(),
    direction: z.enum(['entry', 'exit']).default('entry'),
    admitUnpaid: z.boolean().default(false),
    deviceDecision: deviceDecision.optional(),
  })
  .refine(oneTicket, { path: ['accessCode'], error: 'is required, or enrollmentId instead; not both' })
  .meta({
    id: 'ScanRequest',
    oneOf: [{ required: ['accessCode'] }, { required: ['enrollmentId'] }],
    examples: [
      {
        scanId: '01970a3e-5b7c-7d10-8a44-0c2f6f1d9e21',
        accessCode: '7QK2M9XWB4T6HFZP',
        scannedAt: '2026-05-01T09:02:11+02:00',
        station: 'Door A',
        direction: 'entry',
      },
    ],
  });

export type ScanRequest = z.infer<typeof scanRequest>;

/**
 * `POST …/check-ins/batch`: each scan is judged, and refused, by itself. `pendingBefore` is the device's watermark: it
 * still holds scans of this event that were made before this time; null: it holds none.
 */
export const scanBatchRequest = z
  .strictObject({
    scans: z
      .array(
        z.unknown().meta({
          description: 'A ScanRequest. An invalid one is refused on its own.',
          anyOf: [{ $ref: '#/components/schemas/ScanRequest' }, {}],
        }),
      )
      .min(1, 'send at least 1 scan')
      .max(1_000, 'send at most 1000 scans'),
    pendingBefore: instant.nullable().optional(),
  })
  .meta({ id: 'ScanBatchRequest' });

export const checkIn = z
  .strictObject({
    id: z.uuid(),
    day,
    scannedAt: instantOut,
    recordedAt: instantOut,
    station: z.string().nullable(),
    direction: z.enum(['entry', 'exit']),
    source: z.enum(['scan', 'override']),
  })
  .meta({ id: 'CheckIn' });

export type CheckInBody = z.infer<typeof checkIn>;

type CheckInFacts = Omit<CheckInBody, 'scannedAt' | 'recordedAt'> & { scannedAt: Date; recordedAt: Date };

/** A check-in as it is answered; its times are instants. */
export function toCheckInBody(made: CheckInFacts): CheckInBody {
  const { id, day, station, direction, source } = made;
  return {
    id,
    day,
    scannedAt: made.scannedAt.toISOString(),
    recordedAt: made.recordedAt.toISOString(),
    station,
    direction,
    source,
  };
}

export const status = z
  .enum(['confirmed', 'checked_in', 'attended', 'no_show', 'cancelled'])
  .meta({ id: 'EnrollmentStatus' });

/** What a desk needs to see of an enrollment. */
export const enrollmentAtTheDoor = z
  .strictObject({
    id: z.uuid(),
    status,
    version: z.int(),
    displayName: z.string(),
    ticketType: z.string().nullable(),
    presentDays: z.array(day),
  })
  .meta({ id: 'EnrollmentAtTheDoor' });

/** The latest earlier check-in. `secondsAgo` is negative when this scan was made before it and uploaded later. */
export const previousCheckIn = z
  .strictObject({
    scannedAt: instantOut,
    station: z.string().nullable(),
    sameDevice: z.boolean(),
    secondsAgo: z.int(),
  })
  .meta({ id: 'PreviousCheckIn' });

export type PreviousCheckInBody = z.infer<typeof previousCheckIn>;

export const scanAccepted = z
  .strictObject({
    outcome: z.enum(['first', 'new_day', 're_entry', 'exit']),
    checkIn,
    enrollment: enrollmentAtTheDoor,
    previous: previousCheckIn.nullable(),
  })
  .meta({ id: 'ScanAccepted' });

export type ScanAccepted = z.infer<typeof scanAccepted>;

export const annulmentRequest = z.strictObject({ reason }).meta({ id: 'AnnulmentRequest' });

/** One result for each scan, in the order sent: the status and the body that the single call would have given. */
export const scanBatchAnswer = z
  .strictObject({
    results: z.array(
      z.strictObject({
        /** As it was sent, whatever that was; null where the scan had none. */
        scanId: z.unknown(),
        status: z.int().meta({ examples: [201, 409] }),
        body: z.looseObject({}).meta({ description: 'A ScanAccepted, or a Problem.' }),
      }),
    ),
  })
  .meta({ id: 'ScanBatchAnswer' });

export const annulledCheckIn = checkIn
  .extend({ annulledAt: instantOut.nullable(), annulmentReason: z.string().nullable() })
  .meta({ id: 'CheckInStory' });

/** The same with whether it was annulled, and why. */
export function toAnnulledCheckInBody(
  made: CheckInFacts & { annulledAt: Date | null; annulmentReason: string | null },
): z.infer<typeof annulledCheckIn> {
  return {
    ...toCheckInBody(made),
    annulledAt: made.annulledAt?.toISOString() ?? null,
    annulmentReason: made.annulmentReason,
  };
}

export const annulled = z
  .strictObject({ checkIn: annulledCheckIn, enrollment: enrollmentAtTheDoor })
  .meta({ id: 'Annulled' });
