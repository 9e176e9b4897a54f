import { z } from 'zod';
import { instantOut, reason, uuid } from '../primitives.ts';
import { annulledCheckIn, deviceDecision, scanKind, status } from './check-ins.ts';
import { deliveryStatus } from './deliveries.ts';
import { transitionBody } from './enrollments.ts';
import { orderStatus } from './orders.ts';
import { productKind } from './products.ts';

/** What stands where a person's name was. An e-mail address is empty then, locale and externalId are null. */
export const ERASED_NAME = '(erased)';

/** Why a person is erased, in words that name nobody: they are kept. */
export const erasureRequest = z.strictObject({ reason }).meta({ id: 'ErasureRequest' });

/** A person who is erased, and since when; a second erasure answers the same. */
export const erasedParticipant = z
  .strictObject({ id: z.uuid(), erasedAt: instantOut })
  .meta({ id: 'ErasedParticipant' });

const exportedOrder = z.strictObject({
  status: orderStatus,
  lineItems: z.array(
    z.strictObject({
      lineItemId: z.uuid(),
      productId: z.uuid(),
      name: z.string(),
      kind: productKind,
      quantity: z.int(),
    }),
  ),
  createdAt: instantOut,
  changedAt: instantOut,
});

/** A scan of one of the person's tickets, accepted (`refusal` is null) or refused. */
const exportedScan = z.strictObject({
  scanId: uuid,
  kind: scanKind,
  /** As it was read; null when the scan named the enrollment instead, and a hash once the person is erased. */
  accessCode: z.string().nullable(),
  direction: z.enum(['entry', 'exit']),
  refusal: z.string().nullable(),
  /** The token that sent it. */
  deviceId: uuid,
  deviceDecision: deviceDecision.nullable(),
  lineItemId: uuid.nullable(),
  productId: uuid.nullable(),
  station: z.string().nullable(),
  scannedAt: instantOut,
  recordedAt: instantOut,
  /** What the device was answered, and is answered again. */
  answer: z.record(z.string(), z.unknown()),
});

/** A scan under a `scanId` that had named something else before: always refused, and kept beside the others. */
const exportedReusedScan = exportedScan.extend({ id: z.uuid() });

/** A code that the person's badge had before; of an erased person what is left of it. */
const exportedWithdrawnCode = z.strictObject({ accessCode: z.string(), withdrawnAt: instantOut });

/**
 * A message to the person: which, and what became of it. Its words are written from this export's data when it is sent.
 */
const exportedMessage = z.strictObject({
  id: z.uuid(),
  channel: z.enum(['email', 'log']),
  template: z.string(),
  status: deliveryStatus,
  attempts: z.int(),
  createdAt: instantOut,
  sentAt: instantOut.nullable(),
});

/** `GET /v1/participants/{participantId}/export`: all that is held about one person, as of one instant. */
export const participantExport = z
  .strictObject({
    exportedAt: instantOut,
    participant: z.strictObject({
      id: z.uuid(),
      name: z.string(),
      email: z.string(),
      locale: z.string().nullable(),
      externalId: z.string().nullable(),
      createdAt: instantOut,
      changedAt: instantOut,
      /** Null unless the person is erased. */
      erasedAt: instantOut.nullable(),
    }),
    /** Oldest first; so is each list in it. */
    enrollments: z.array(
      z.strictObject({
        id: z.uuid(),
        event: z.strictObject({
          id: z.uuid(),
          name: z.string(),
          timeZone: z.string(),
          startsAt: instantOut,
          endsAt: instantOut,
        }),
        status,
        version: z.int(),
        accessCode: z.string(),
        ticketType: z.string().nullable(),
        attendedAt: instantOut.nullable(),
        createdAt: instantOut,
        order: exportedOrder.nullable(),
        checkIns: z.array(annulledCheckIn),
        scans: z.array(exportedScan),
        reusedScans: z.array(exportedReusedScan),
        withdrawnCodes: z.array(exportedWithdrawnCode),
        transitions: z.array(transitionBody),
        messages: z.array(exportedMessage),
      }),
    ),
  })
  .meta({ id: 'ParticipantExport' });

export type ParticipantExport = z.infer<typeof participantExport>;
