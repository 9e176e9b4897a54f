import { z } from 'zod';
import { id, instantOut, line, uuid } from '../primitives.ts';
import { type ProblemCode, problemCatalog } from '../problems.ts';
import { deviceDecision, previousCheckIn, scanKind, status } from './check-ins.ts';

const problemCodes = Object.keys(problemCatalog) as [ProblemCode, ...ProblemCode[]];

/**
 * `GET /v1/events/{eventId}/scans`: which of them must be said. There is one list so far: the refused ones. The others
 * narrow it.
 */
export const scansQuery = {
  result: z.enum(['refused'], { error: 'must be refused: only refused scans are listed' }),
  refusal: z
    .enum(problemCodes, { error: 'must be the code of a problem, like enrollment_cancelled' })
    .optional(),
  deviceId: id.optional(),
  station: line(100).optional(),
};

/** A scan that was refused. `accessCode` is what was read, whatever that was. */
export const refusedScan = z
  .strictObject({
    scanId: uuid,
    kind: scanKind,
    refusal: z.string(),
    /** Exactly one of the two is not null: what the scan named. */
    accessCode: z.string().nullable(),
    namedEnrollmentId: uuid.nullable(),
    /** Who was meant; null where the event has no such ticket. */
    enrollmentId: z.uuid().nullable(),
    displayName: z.string().nullable(),
    lineItemId: uuid.nullable(),
    productId: uuid.nullable(),
    station: z.string().nullable(),
    direction: z.enum(['entry', 'exit']),
    deviceId: z.uuid(),
    deviceLabel: z.string().nullable(),
    scannedAt: instantOut,
    recordedAt: instantOut,
    requestId: z.string(),
  })
  .meta({ id: 'RefusedScan' });

export type RefusedScanBody = z.infer<typeof refusedScan>;

/**
 * `GET /v1/events/{eventId}/discrepancies`: a scan on which a device decided differently from the server. `refusal` is
 * null where the server accepted it; `previous` is the other door of `same_ticket_twice`, null for the other kinds.
 */
export const discrepancy = z
  .strictObject({
    scanId: uuid,
    kind: z.enum(['let_in_but_cancelled', 'same_ticket_twice', 'let_in_but_refused', 'sent_away_but_valid']),
    deviceDecision,
    refusal: z.string().nullable(),
    explanation: z.string(),
    accessCode: z.string().nullable(),
    enrollment: z.strictObject({ id: z.uuid(), displayName: z.string(), status }).nullable(),
    station: z.string().nullable(),
    deviceId: z.uuid(),
    deviceLabel: z.string().nullable(),
    scannedAt: instantOut,
    recordedAt: instantOut,
    previous: previousCheckIn.nullable(),
  })
  .meta({ id: 'Discrepancy' });

export type DiscrepancyBody = z.infer<typeof discrepancy>;

/**
 * `GET /v1/events/{eventId}/devices`: a device that has reported its watermark. `pendingBefore`: it still holds scans
 * that were made before this time; null: it holds none.
 */
export const reportingDevice = z
  .strictObject({
    deviceId: z.uuid(),
    deviceLabel: z.string().nullable(),
    pendingBefore: instantOut.nullable(),
    reportedAt: instantOut,
  })
  .meta({ id: 'ReportingDevice' });

export type ReportingDeviceBody = z.infer<typeof reportingDevice>;
