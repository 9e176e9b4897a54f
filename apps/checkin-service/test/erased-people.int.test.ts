import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import { clearTraces } from '@turnout/attendance-store/people/clear-traces';
import { erasePeople } from '@turnout/attendance-store/people/erase-people';
import { roster } from '@turnout/contracts/http/roster';
import { newId } from '@turnout/runtime/ids';
import { givenProduct } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontDesk, openFrontDesk } from './front-desk.ts';
import { cancelTicket, givenRunningEvent, givenTicket } from './given-ticket.ts';
import { OfflineDevice } from './offline-device.ts';

let desk: FrontDesk;
beforeAll(async () => {
  desk = await openFrontDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

async function participantOf(enrollmentId: string): Promise<string> {
  const [row] = await desk.db.query<{ participant_id: string }>(
    'select participant_id from attendance.enrollments where enrollment_id = $1',
    [enrollmentId],
  );
  return row?.participant_id ?? '';
}

/** As an admin erases somebody. */
async function erase(enrollmentId: string): Promise<void> {
  const organizationId = desk.organization.id;
  const participantIds = [await participantOf(enrollmentId)];
  await desk.db.transaction(async (tx) => erasePeople(tx, organizationId, participantIds));
  await clearTraces(desk.db, { organizationId, participantIds });
}

async function giveName(enrollmentId: string, name: string): Promise<void> {
  await desk.db.query('update attendance.participants set name = $2 where participant_id = $1', [
    await participantOf(enrollmentId),
    name,
  ]);
}

/** As an admin gives a badge another code. */
async function reissue(eventId: string, enrollmentId: string, accessCode: string): Promise<void> {
  await changeEnrollments(
    desk.db,
    { by: 'enrollments', organizationId: desk.organization.id, eventId, enrollmentIds: [enrollmentId] },
    each(() => ({
      facts: [{ kind: 'badge_changed', badge: { accessCode, ticketType: null }, move: null }],
      result: null,
    })),
    { actor: { type: 'system', id: 'test' }, cause: 'test' },
  );
}

const newCode = () => `NEW${newId().replaceAll('-', '').toUpperCase()}`;

async function storedScans(eventId: string): Promise<string> {
  const rows = await desk.db.query<{ text: string }>(
    `select answer_body::text || ' ' || coalesce(access_code, '') as text from attendance.scans where event_id = $1
     union all
     select answer_body::text || ' ' || coalesce(access_code, '') from attendance.reused_scans where event_id = $1`,
    [eventId],
  );
  return rows.map(({ text }) => text).join('\n');
}

describe('of a person who is erased', () => {
  it('each scan is answered again as it was, without the name', async () => {
    const eventId = await givenRunningEvent(desk);
    const lunch = await givenProduct(desk.db, eventId);
    const ticket = await givenTicket(desk, eventId, { lineItems: [{ productId: lunch, quantity: 1 }] });
    const name = 'Zoë "Quote\\" O\'Brien ","displayName":"x';
    await giveName(ticket.id, name);
    const { accessCode } = ticket;
    const scans = { entry: newId(), meal: newId(), door: newId(), late: newId(), none: newId() };
    const sendAll = async () => [
      await desk.scan(eventId, { scanId: scans.entry, accessCode }),
      await ticket.redeem({ scanId: scans.meal, lineItemId: ticket.lineItemIds[0] }),
      await ticket.checkDoor({ scanId: scans.door, productId: lunch }),
      await desk.scan(eventId, { scanId: scans.late, accessCode, scannedAt: '2020-01-01T00:00:00Z' }),
      await ticket.redeem({ scanId: scans.none, lineItemId: ticket.lineItemIds[0] }),
    ];
    const first = await sendAll();
    expect(first.map(({ status }) => status)).toEqual([201, 201, 201, 409, 409]);
    expect(first[0]?.body.enrollment.displayName).toBe(name);
    const other = await givenTicket(desk, eventId);
    const reused = await desk.scan(eventId, { scanId: scans.entry, accessCode: other.accessCode });
    expect(reused.body.code).toBe('scan_id_reused');

    await cancelTicket(desk, ticket);
    await erase(ticket.id);

    const replayed = await sendAll();
    const withoutName = first.map(({ status, body }) => ({
      status,
      body: JSON.parse(JSON.stringify(body).replaceAll(JSON.stringify(name), '"(erased)"')),
    }));
    expect(replayed.map(({ status, body }) => ({ status, body }))).toEqual(withoutName);
    for (const { headers } of replayed) expect(headers.get('idempotent-replayed')).toBe('true');
    const again = await desk.scan(eventId, { scanId: scans.entry, accessCode: other.accessCode });
    expect(again.body.code).toBe('scan_id_reused');
    const stored = await storedScans(eventId);
    expect(stored).not.toContain('Brien');
    expect(stored).not.toContain(accessCode);
    expect(stored).toContain(other.accessCode);
  });

  it('the badge is still let in where the event has not decided, and names nobody', async () => {
    const eventId = await givenRunningEvent(desk);
    const ticket = await givenTicket(desk, eventId);
    await erase(ticket.id);
    const { accessCode } = ticket;
    const attendees = `/v1/events/${eventId}/attendees`;
    expect((await desk.call('GET', `${attendees}/${accessCode}`)).body).toMatchObject({
      displayName: '(erased)',
    });
    expect(
      (await desk.call('GET', `${attendees}?search=${encodeURIComponent(ticket.name)}`)).body.items,
    ).toEqual([]);
    const scanned = await desk.scan(eventId, { accessCode });
    expect(scanned).toMatchObject({ status: 201, body: { enrollment: { displayName: '(erased)' } } });
  });

  it('no answer is stored with the name, however scans and the erasure meet', async () => {
    const eventId = await givenRunningEvent(desk);
    const tickets = await Promise.all(Array.from({ length: 5 }, () => givenTicket(desk, eventId)));
    for (const ticket of tickets) await giveName(ticket.id, `Unforgettable ${ticket.id}`);
    const scans = tickets.flatMap(({ accessCode }) =>
      Array.from({ length: 12 }, () => desk.scan(eventId, { accessCode })),
    );
    const answers = await Promise.all([...scans, ...tickets.map(({ id }) => erase(id))]);
    expect(answers.filter((answer) => answer && answer.status !== 201)).toEqual([]);
    expect(await storedScans(eventId)).not.toContain('Unforgettable');
  });

  it('a scan that waits for the ticket while the person is erased reads the name only when it has it', async () => {
    const eventId = await givenRunningEvent(desk);
    const ticket = await givenTicket(desk, eventId);
    await giveName(ticket.id, 'Unforgettable');
    let waiting: Promise<{ status: number }> | undefined;
    await desk.db.transaction(async (tx) => {
      await tx.query('select 1 from attendance.enrollments where enrollment_id = $1 for update', [ticket.id]);
      waiting = desk.scan(eventId, { accessCode: ticket.accessCode });
      await waitUntil(() => isAnyoneWaiting(desk.db), { every: 5 });
      await tx.query(
        `update attendance.participants
         set name = '(erased)', email = '', locale = null, external_id = null, erased_at = now()
         where participant_id = (select participant_id from attendance.enrollments where enrollment_id = $1)`,
        [ticket.id],
      );
    });
    expect((await waiting)?.status).toBe(201);
    expect(await storedScans(eventId)).not.toContain('Unforgettable');
  });

  it('codes that badges had before are kept nowhere, whether or not the event has decided', async () => {
    const eventId = await givenRunningEvent(desk);
    const [settled, undecided] = [await givenTicket(desk, eventId), await givenTicket(desk, eventId)];
    for (const { id } of [settled, undecided]) await reissue(eventId, id, newCode());
    await cancelTicket(desk, settled);
    const late = [settled, undecided].map(({ accessCode }) => ({ scanId: newId(), accessCode }));
    const others = { scanId: newId(), accessCode: newCode() };
    for (const scan of [...late, others]) {
      expect((await desk.scan(eventId, scan)).body).toMatchObject({ code: 'unknown_code' });
    }
    for (const { id } of [settled, undecided]) await erase(id);
    const scans = await storedScans(eventId);
    for (const scan of late) {
      expect(scans).not.toContain(scan.accessCode);
      const again = await desk.scan(eventId, scan);
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([404, 'true']);
    }
    expect(scans).toContain(others.accessCode);
    const [row] = await desk.db.query<{ kept: string[] }>(
      'select array_agg(access_code) as kept from attendance.withdrawn_codes where event_id = $1',
      [eventId],
    );
    for (const { accessCode } of [settled, undecided]) expect(row?.kept).not.toContain(accessCode);
  });

  it('a device without a network lets in neither the badge nor the one before it, and forgets the name', async () => {
    const eventId = await givenRunningEvent(desk);
    const ticket = await givenTicket(desk, eventId);
    await giveName(ticket.id, 'Unforgettable');
    const devices = [openDevice(eventId), openDevice(eventId)] as const;
    const [early, late] = devices;
    await early.update();
    const second = newCode();
    await reissue(eventId, ticket.id, second);
    await late.update();
    expect(await late.open(second)).toMatchObject({ displayName: 'Unforgettable' });
    await cancelTicket(desk, ticket);
    await erase(ticket.id);

    for (const device of devices) {
      await device.update();
      expect(await device.decide(ticket.accessCode)).toBe('unknown_code');
      expect(await device.decide(second)).toBe('unknown_code');
    }
    await expect(early.open(ticket.accessCode)).rejects.toThrow();
    await expect(late.open(second)).rejects.toThrow();
  });
});

function openDevice(eventId: string): OfflineDevice {
  return new OfflineDevice(async (cursor) => {
    const query = cursor === null ? '' : `?cursor=${cursor}`;
    return roster.parse((await desk.call('GET', `/v1/events/${eventId}/roster${query}`)).body);
  });
}
