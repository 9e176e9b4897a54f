import { randomUUID } from 'node:crypto';
import type { Stage } from '../stage.ts';
import { anyItem, endedEvent, openEvent, personLeftAlone } from './choose.ts';
import type { Operation } from './ledger.ts';
import { perform } from './perform.ts';

/** A supervisor undoes a check-in that somebody was told of, before or after the closure. */
export async function annulOnce(stage: Stage, stopping: AbortSignal): Promise<void> {
  const { ledger, world } = stage;
  const recent = ledger.operations
    .slice(-400)
    .filter(({ kind, status }) => kind === 'check_in' && status === 201);
  const scan = anyItem(recent);
  if (!scan?.body) return;
  const { checkIn } = JSON.parse(scan.body) as { checkIn: { id: string } };
  const { eventId, enrollmentId } = scan;
  const operation = ledger.begin('annulment', { eventId, enrollmentId, key: checkIn.id });
  const answer = await perform(stage, [operation], {
    service: 'checkin',
    path: `/v1/events/${eventId}/check-ins/${checkIn.id}/annulment`,
    token: world.organization.tokens.supervisor,
    body: { reason: 'scanned by mistake' },
    expected: [200, 409],
    stopping,
  });
  settle(operation, answer?.status);
}

/** An admin corrects the status of somebody whom no device has seen. */
export async function overrideOnce(stage: Stage, stopping: AbortSignal): Promise<void> {
  const after = Math.random() < 0.5;
  const event = after ? endedEvent(stage.world) : openEvent(stage.world);
  const person = event && personLeftAlone(event);
  if (!event || !person) return;
  const day = event.startsAt.toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' });
  const change = after ? ({ to: 'attended' } as const) : ({ to: 'checked_in', day } as const);
  await correct(stage, 'override', { eventId: event.id, enrollmentId: person.id }, change, stopping);
}

export async function cancelOnce(stage: Stage, stopping: AbortSignal): Promise<void> {
  const event = openEvent(stage.world);
  const person = event && personLeftAlone(event);
  if (!event || !person) return;
  await correct(stage, 'cancellation', { eventId: event.id, enrollmentId: person.id }, {}, stopping);
}

/** Somebody comes without a ticket and is enrolled at the desk. */
export async function enrollOnce(stage: Stage, stopping: AbortSignal): Promise<void> {
  const { ledger, world } = stage;
  const event = openEvent(world);
  if (!event) return;
  const email = `${randomUUID()}@example.org`;
  const operation = ledger.begin('enrollment', { eventId: event.id, enrollmentId: null, key: email });
  const answer = await perform(stage, [operation], {
    service: 'admin',
    path: `/v1/events/${event.id}/enrollments`,
    token: world.organization.tokens.admin,
    body: { participant: { name: 'Somebody Late', email } },
    expected: [201, 409],
    stopping,
  });
  settle(operation, answer?.status);
}

async function correct(
  stage: Stage,
  kind: 'override' | 'cancellation',
  of: { eventId: string; enrollmentId: string },
  change: Pick<Operation, 'to' | 'day'>,
  stopping: AbortSignal,
): Promise<void> {
  const operation = stage.ledger.begin(kind, { ...of, ...change, key: of.enrollmentId });
  const answer = await perform(stage, [operation], {
    service: 'admin',
    path: `/v1/events/${of.eventId}/enrollments/${of.enrollmentId}/${kind === 'override' ? 'overrides' : kind}`,
    token: stage.world.organization.tokens.admin,
    body: { ...change, reason: 'said so at the desk' },
    expected: [200, 409],
    stopping,
  });
  settle(operation, answer?.status);
}

/** A conflict after an answer that was lost may be with itself: what came of it is left to the database. */
function settle(operation: Operation, status: number | undefined): void {
  if (status === undefined) return;
  operation.status = status;
  if (status < 400) operation.outcome = 'acknowledged';
  else operation.outcome = operation.wasUnknown ? 'unknown' : 'refused';
}
