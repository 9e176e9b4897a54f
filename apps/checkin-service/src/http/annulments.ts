import { type BulkAnnulment, bulkAnnulment, bulkAnnulmentRequest } from '@turnout/contracts/http/annulments';
import type { Reply } from '@turnout/runtime/http/reply';
import { counted } from '../answers/in-words.ts';
import { annulMany, MOST_CHECK_INS, type Undone } from '../commands/annul-many.ts';
import type { CheckinContext } from '../context.ts';
import { oneEvent, route } from './route.ts';

/** Enough to see whether it is the right device and the right hour. */
const ITEMS_SHOWN = 100;

export function annulManyRoute({ db, relay }: CheckinContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/annulments',
    summary: 'Undoes all check-ins of a device or a station in a time window, or previews that',
    answers: { 200: bulkAnnulment },
    refusals: ['too_many_check_ins'],
    allow: ['supervisor', 'admin'],
    params: oneEvent,
    body: bulkAnnulmentRequest,
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const { deviceId, station = '', from, to, reason, dryRun } = body;
      const scans = { by: deviceId === undefined ? { station } : { deviceId }, from, to };
      const annulled = await annulMany(db, {
        principal,
        eventId: params.eventId,
        scans,
        reason,
        dryRun,
        requestId,
      });
      if (!annulled) return { problem: 'not_found' };
      if (annulled.outcome === 'refused') return tooMany(annulled.refusal.checkIns);
      if (!dryRun) relay.wake();
      return { status: 200, body: toBody(annulled.undone, dryRun) };
    },
  });
}

function tooMany(checkIns: number): Reply {
  const most = counted(MOST_CHECK_INS, 'check-in');
  return {
    problem: 'too_many_check_ins',
    detail: `${counted(checkIns, 'check-in')} match, and at most ${most} are annulled at once. Send a shorter time window, then the rest.`,
    extra: { checkIns, limit: MOST_CHECK_INS },
  };
}

function toBody(undone: readonly Undone[], dryRun: boolean): BulkAnnulment {
  const items = undone
    .flatMap(({ before, after, checkIns }) => checkIns.map((checkIn) => ({ before, after, checkIn })))
    .sort((one, other) => byTimeMade(one.checkIn, other.checkIn));
  return {
    dryRun,
    checkIns: items.length,
    people: undone.length,
    statusChanges: countMoves(undone),
    items: items.slice(0, ITEMS_SHOWN).map(({ before, after, checkIn }) => ({
      checkInId: checkIn.id,
      enrollmentId: before.id,
      displayName: before.displayName,
      scannedAt: checkIn.scannedAt.toISOString(),
      station: checkIn.station,
      statusBefore: before.status,
      statusAfter: after.status,
    })),
  };
}

function countMoves(undone: readonly Undone[]): BulkAnnulment['statusChanges'] {
  const changes = new Map<string, BulkAnnulment['statusChanges'][number]>();
  for (const { before, after } of undone) {
    const [from, to] = [before.status, after.status];
    if (from === to) continue;
    const count = changes.get(`${from} ${to}`)?.count ?? 0;
    changes.set(`${from} ${to}`, { from, to, count: count + 1 });
  }
  return [...changes.values()];
}

function byTimeMade(one: { scannedAt: Date; id: string }, other: { scannedAt: Date; id: string }): number {
  return one.scannedAt.getTime() - other.scannedAt.getTime() || (one.id < other.id ? -1 : 1);
}
