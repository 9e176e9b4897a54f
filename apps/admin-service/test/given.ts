import { decideCheckIn } from '@turnout/attendance/decide-check-in';
import { decideClosure } from '@turnout/attendance/decide-closure';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import { newId } from '@turnout/runtime/ids';
import type { AdminUnderTest } from './admin-under-test.ts';
import { someone, typeScriptDays } from './examples.ts';

const context = { actor: { type: 'system', id: 'test' }, cause: 'test' } as const;

export async function givenEvent({ admin }: AdminUnderTest, changes: object = {}): Promise<string> {
  const { status, text, body } = await admin.post('/v1/events', { ...typeScriptDays, ...changes });
  if (status !== 201) throw new Error(text);
  return body.id;
}

export async function givenEnrollment(
  { admin }: AdminUnderTest,
  eventId: string,
  facts: Record<string, unknown> = {},
): Promise<string> {
  const { status, text, body } = await admin.post(`/v1/events/${eventId}/enrollments`, someone(facts));
  if (status !== 201) throw new Error(text);
  return body.id;
}

/** Who holds an enrollment. */
export async function givenParticipant(
  { owner }: Pick<AdminUnderTest, 'owner'>,
  enrollmentId: string,
): Promise<string> {
  const [row] = await owner.query<{ participant_id: string }>(
    'select participant_id from attendance.enrollments where enrollment_id = $1',
    [enrollmentId],
  );
  if (!row) throw new Error('there is no such enrollment');
  return row.participant_id;
}

/** A scan of an enrollment, as the door takes it. */
export async function givenCheckIn(
  { owner, organization }: AdminUnderTest,
  { eventId, enrollmentId, scannedAt }: { eventId: string; enrollmentId: string; scannedAt: string },
): Promise<void> {
  const made = new Date(scannedAt);
  const scan = { scannedAt: made, direction: 'entry', station: 'Door A', deviceId: null } as const;
  await changeEnrollments(
    owner,
    { by: 'enrollments', organizationId: organization.id, eventId, enrollmentIds: [enrollmentId] },
    each((enrollment, event, now) => {
      const admitted = { ...scan, orderPaid: true, admitUnpaid: false };
      const decision = decideCheckIn(event, enrollment, admitted, now < made ? made : now);
      if (decision.outcome === 'refused') throw new Error(`refused: ${decision.refusal.code}`);
      const { day, outcome, move } = decision;
      const checkIn = {
        ...scan,
        id: newId(),
        scanId: newId(),
        day,
        recordedAt: now,
        source: 'scan' as const,
        deviceId: newId(),
        annulledAt: null,
        turnedAway: false,
      };
      return { facts: [{ kind: 'checked_in', checkIn, outcome, move }], result: null };
    }),
    context,
  );
}

export async function givenProduct(
  { admin }: AdminUnderTest,
  eventId: string,
  product: { name?: string; kind?: 'ticket' | 'addon' } = {},
): Promise<string> {
  const { status, text, body } = await admin.post(`/v1/events/${eventId}/products`, {
    name: 'Lunch',
    kind: 'addon',
    ...product,
  });
  if (status !== 201) throw new Error(text);
  return body.id;
}

/** A paid order; its line items as the service answers them. */
export async function givenOrder(
  { admin }: AdminUnderTest,
  { eventId, enrollmentId }: { eventId: string; enrollmentId: string },
  lineItems: { productId: string; quantity: number }[],
): Promise<{ lineItemId: string; productId: string }[]> {
  const path = `/v1/events/${eventId}/enrollments/${enrollmentId}/order`;
  const { status, text, body } = await admin.put(path, { status: 'paid', lineItems });
  if (status !== 200) throw new Error(text);
  return body.lineItems;
}

/** Verdicts for these enrollments by the rule, as closure gives them, and the event closed. */
export async function givenClosure(
  service: AdminUnderTest,
  eventId: string,
  enrollmentIds: string[],
): Promise<void> {
  await givenVerdicts(service, eventId, enrollmentIds);
  await givenClosed(service, eventId);
}

async function givenVerdicts(
  { owner, organization }: AdminUnderTest,
  eventId: string,
  enrollmentIds: string[],
): Promise<void> {
  await changeEnrollments(
    owner,
    { by: 'enrollments', organizationId: organization.id, eventId, enrollmentIds },
    each((enrollment, event) => {
      const { move } = decideClosure(event, enrollment);
      return { facts: move ? [{ kind: 'moved', move }] : [], result: null };
    }),
    context,
  );
}

export async function givenClosed({ owner }: Pick<AdminUnderTest, 'owner'>, eventId: string): Promise<void> {
  await owner.query(
    'update attendance.events set closure_epoch = 1, closed_epoch = 1, closed_at = now() where event_id = $1',
    [eventId],
  );
}

/** A closure that was cut off after its first verdict. */
export async function givenHalfClosed(service: AdminUnderTest, eventId: string): Promise<void> {
  await givenVerdicts(service, eventId, [await givenEnrollment(service, eventId)]);
  await givenClosureBegun(service, eventId);
}

export async function givenClosureBegun(
  { owner }: Pick<AdminUnderTest, 'owner'>,
  eventId: string,
): Promise<void> {
  await owner.query('update attendance.events set closure_epoch = 1 where event_id = $1', [eventId]);
}
