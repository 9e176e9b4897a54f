/**
 * Where a device is with a roster. A round brings everybody, or what has changed since a time; its pages go by
 * enrollment id. What changes while a round runs is brought by the next one, which looks at everything since this one
 * began, and a little more: times of record are taken before the commit, so a row may show up that is older than the
 * last look. No transaction of ours lives for a minute, given the deadlines of its statements; what comes twice is the
 * same entry.
 */
import type { StoredEvent } from '@turnout/attendance-store/stored';
import { readCursor, writeCursor } from '@turnout/contracts/http/pagination';
import { MINUTE } from '@turnout/runtime/durations';
import { z } from 'zod';

export interface RosterPlace {
  /** What the round is about: changes since then, or everybody for null. */
  since: Date | null;
  /** When the round began, by the database's clock. */
  began: Date;
  /** The last enrollment handed out in it. */
  after: string | null;
}

type Of = Pick<StoredEvent, 'id' | 'organizationId'>;

const OVERLAP_MS = MINUTE;

const time = z.iso.datetime({ precision: 3 });
const key = z.union([
  /** At rest: what has changed since. */
  z.tuple([time]),
  /** In the middle of a round: since, began, after. */
  z.tuple([z.union([time, z.literal('everybody')]), time, z.uuid()]),
]);

/** The place a cursor stands for, the beginning without one; null when it is not one of this roster. */
export function readPlace(cursor: string | undefined, event: Of, now: Date): RosterPlace | null {
  if (cursor === undefined) return { since: null, began: now, after: null };
  const [since, began, after] = readCursor(cursor, listOf(event), event.organizationId, key) ?? [];
  if (since === undefined) return null;
  return {
    since: since === 'everybody' ? null : new Date(since),
    began: began === undefined ? now : new Date(began),
    after: after ?? null,
  };
}

/** The cursor after a page. `last` is its last enrollment where more of the round are left, otherwise null. */
export function nextCursor(event: Of, { since, began }: RosterPlace, last: string | null): string {
  const next =
    last === null
      ? [new Date(began.getTime() - OVERLAP_MS).toISOString()]
      : [since?.toISOString() ?? 'everybody', began.toISOString(), last];
  return writeCursor(listOf(event), event.organizationId, next);
}

function listOf(event: Of): string {
  return `roster of ${event.id}`;
}
