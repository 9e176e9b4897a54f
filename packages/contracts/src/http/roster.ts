import { z } from 'zod';
import { day, instantOut } from '../primitives.ts';
import { rosterScheme } from '../roster-sealing.ts';
import { status } from './check-ins.ts';
import { reentry } from './events.ts';
import { page } from './pagination.ts';

/** `GET /v1/events/{eventId}/roster`: `limit` and `cursor` as in lists, with pages of 200 unless asked otherwise. */
export const rosterQuery = { ...page, limit: page.limit.unwrap().default(200) };

/** What a device needs to know of an event to decide alone. */
export const rosterEvent = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  timeZone: z.string(),
  dayBoundary: z.string(),
  startsAt: instantOut,
  endsAt: instantOut,
  /** The instant that holds, also where the event leaves it to the start of its first day. */
  admissionOpensAt: instantOut,
  reentry,
  cancelledAt: instantOut.nullable(),
  /** Each event day, from its `startsAt` on and before its `endsAt`. */
  days: z.array(z.strictObject({ day, startsAt: instantOut, endsAt: instantOut })),
});

/**
 * One ticket, whole: it replaces the entry of the same `key`. `key` and `sealed` are made as `roster-sealing.ts` says;
 * nothing else in it says whose it is.
 */
export const rosterEntry = z
  .strictObject({
    key: z.string().regex(/^[0-9a-f]{32}$/),
    sealed: z.base64url(),
    status,
    cancelled: z.boolean(),
    /**
     * Of a code that the ticket had until it was given another: nothing has it any more. Then `cancelled` is true too.
     */
    withdrawn: z.boolean().optional(),
    /** Also true where there is no order. */
    orderPaid: z.boolean(),
    /** The entries that count, oldest first, the latest 50 at most. */
    entries: z.array(z.strictObject({ day, scannedAt: instantOut, station: z.string().nullable() })).max(50),
    version: z.int(),
  })
  .meta({ id: 'RosterEntry' });

export type RosterEntry = z.infer<typeof rosterEntry>;

/**
 * A page of a roster. Unlike in lists `nextCursor` is never null: while there is `more` it leads to the next page,
 * after that it stands for what the device has, and sent again answers what has changed since.
 */
export const roster = z
  .strictObject({
    event: rosterEvent,
    serverTime: instantOut,
    sealing: z.strictObject({
      kdf: z.literal(rosterScheme.kdf),
      salt: z.string(),
      info: z.literal(rosterScheme.info),
      cipher: z.literal(rosterScheme.cipher),
    }),
    items: z.array(rosterEntry),
    more: z.boolean(),
    nextCursor: z.string(),
  })
  .meta({ id: 'Roster' });

export type Roster = z.infer<typeof roster>;
