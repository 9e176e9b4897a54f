import { newId } from '@turnout/runtime/ids';
import {
  type EventFacts,
  type GivenEnrollment,
  givenEnrollments,
  givenEvent,
  givenToken,
  threeDaysAroundNow,
} from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrontDesk, type Json, openFrontDesk } from './front-desk.ts';

const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();

describe('what a device decided while it could not ask', () => {
  let desk: FrontDesk;
  let second: string;
  const given = async (facts: EventFacts = {}) => {
    const eventId = await givenEvent(desk.db, desk.organization.id, {
      ...threeDaysAroundNow(),
      ...facts,
    });
    const people = await givenEnrollments(desk.db, desk.organization.id, eventId, 3);
    return { eventId, people: people as [GivenEnrollment, GivenEnrollment, GivenEnrollment] };
  };
  const cancel = async ({ id }: GivenEnrollment) =>
    await desk.db.query(
      `update attendance.enrollments set status = 'cancelled', cancelled_at = now() where enrollment_id = $1`,
      [id],
    );
  const upload = async (eventId: string, scans: object[], token?: string) => {
    const { body } = await desk.call('POST', `/v1/events/${eventId}/check-ins/batch`, {
      body: { scans: scans.map((scan) => ({ scanId: newId(), ...scan })) },
      ...(token === undefined ? {} : { token }),
    });
    return body.results.map((result: Json) => result.body.outcome ?? result.body.code);
  };
  const discrepancies = async (eventId: string, query = '') =>
    (
      await desk.call('GET', `/v1/events/${eventId}/discrepancies${query}`, {
        token: desk.organization.tokens.supervisor,
      })
    ).body;
  const insideNow = async (eventId: string) =>
    (await desk.call('GET', `/v1/events/${eventId}/stats`, { token: desk.organization.tokens.supervisor }))
      .body.insideNow;

  beforeAll(async () => {
    desk = await openFrontDesk();
    second = await givenToken(desk.db, desk.organization.id, 'front_desk', { station: 'Door B' });
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('changes no answer: alone, in a batch, and when it is none of the two it is refused', async () => {
    const { eventId, people } = await given();
    const scan = { accessCode: people[0].accessCode, deviceDecision: 'turned_away' };
    const { status, body } = await desk.scan(eventId, scan);
    expect(status).toBe(201);
    expect(Object.keys(body)).toEqual(['outcome', 'checkIn', 'enrollment', 'previous']);
    expect(body).toMatchObject({ outcome: 'first', enrollment: { status: 'checked_in' } });
    expect(await upload(eventId, [{ ...scan, accessCode: people[1].accessCode }])).toEqual(['first']);
    expect(await desk.scan(eventId, { ...scan, deviceDecision: 'waved' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'deviceDecision' }] },
    });
    expect(await upload(eventId, [{ ...scan, deviceDecision: null }])).toEqual(['validation_failed']);
  });

  it('is no discrepancy where the server says the same, or where the device asked', async () => {
    const { eventId, people } = await given();
    await cancel(people[2]);
    expect(
      await upload(eventId, [
        { accessCode: people[0].accessCode, deviceDecision: 'admitted' },
        { accessCode: people[1].accessCode },
        { accessCode: people[2].accessCode, deviceDecision: 'turned_away' },
        { accessCode: people[2].accessCode },
        { accessCode: 'NOBODY' },
      ]),
    ).toEqual(['first', 'first', 'enrollment_cancelled', 'enrollment_cancelled', 'unknown_code']);
    expect(await discrepancies(eventId)).toEqual({ items: [], nextCursor: null });
  });

  it('is told to the organizer where it differs: what happened, at which door, and what to do', async () => {
    const { eventId, people } = await given({ reentry: 'once_per_day' });
    const [ada, bob, eve] = people;
    await cancel(bob);
    const doorA = { accessCode: ada.accessCode, scannedAt: ago(30), station: 'Door A' };
    await upload(eventId, [{ ...doorA, deviceDecision: 'admitted' }]);
    const twice = { scanId: newId(), accessCode: ada.accessCode, scannedAt: ago(20) };
    await upload(eventId, [{ ...twice, deviceDecision: 'admitted' }], second);
    const gone = { scanId: newId(), accessCode: bob.accessCode, scannedAt: ago(10), station: 'Door A' };
    await upload(eventId, [{ ...gone, deviceDecision: 'admitted' }]);
    const unknown = { scanId: newId(), accessCode: 'NOBODY', scannedAt: ago(9) };
    await upload(eventId, [{ ...unknown, deviceDecision: 'admitted' }]);
    const reused = { scanId: twice.scanId, accessCode: eve.accessCode, scannedAt: ago(8) };
    await upload(eventId, [{ ...reused, deviceDecision: 'admitted' }]);
    const away = { scanId: newId(), enrollmentId: eve.id, scannedAt: ago(5), station: 'Door A' };
    await upload(eventId, [{ ...away, deviceDecision: 'turned_away' }]);

    const { items, nextCursor } = await discrepancies(eventId);
    const common = {
      deviceId: expect.any(String),
      deviceLabel: 'test front_desk',
      recordedAt: expect.stringMatching(/Z$/),
    };
    const letIn = { ...common, deviceDecision: 'admitted', previous: null };
    const enrollment = (person: GivenEnrollment, status: string) => ({
      id: person.id,
      displayName: person.name,
      status,
    });
    expect(nextCursor).toBeNull();
    expect(items).toEqual([
      {
        ...common,
        kind: 'sent_away_but_valid',
        deviceDecision: 'turned_away',
        refusal: null,
        explanation: expect.stringMatching(
          /^Person 3 was sent away at Door A on \d.*, though the ticket is valid/,
        ),
        scanId: away.scanId,
        accessCode: null,
        enrollment: enrollment(eve, 'checked_in'),
        station: 'Door A',
        scannedAt: away.scannedAt,
        previous: null,
      },
      {
        ...letIn,
        kind: 'let_in_but_refused',
        refusal: 'scan_id_reused',
        explanation: expect.stringContaining('this scanId belongs to another scan'),
        scanId: reused.scanId,
        accessCode: eve.accessCode,
        enrollment: enrollment(eve, 'checked_in'),
        station: null,
        scannedAt: reused.scannedAt,
      },
      {
        ...letIn,
        kind: 'let_in_but_refused',
        refusal: 'unknown_code',
        explanation: expect.stringMatching(/^Somebody was let through on \d.*: this code is not a ticket/),
        scanId: unknown.scanId,
        accessCode: 'NOBODY',
        enrollment: null,
        station: null,
        scannedAt: unknown.scannedAt,
      },
      {
        ...letIn,
        kind: 'let_in_but_cancelled',
        refusal: 'enrollment_cancelled',
        explanation: expect.stringMatching(
          /^Person 2 was let through at Door A .* their ticket was cancelled/,
        ),
        scanId: gone.scanId,
        accessCode: bob.accessCode,
        enrollment: enrollment(bob, 'cancelled'),
        station: 'Door A',
        scannedAt: gone.scannedAt,
      },
      {
        ...letIn,
        kind: 'same_ticket_twice',
        refusal: 'already_checked_in',
        explanation: expect.stringMatching(
          /Person 1 was let through twice: at Door A on .*, and at Door B on /,
        ),
        scanId: twice.scanId,
        accessCode: ada.accessCode,
        enrollment: enrollment(ada, 'checked_in'),
        station: 'Door B',
        scannedAt: twice.scannedAt,
        previous: {
          scannedAt: doorA.scannedAt,
          station: 'Door A',
          sameDevice: false,
          secondsAgo: expect.any(Number),
        },
      },
    ]);
  });

  it('no longer counts as having come once the check-in was annulled, and the organizer is told so', async () => {
    const { eventId, people } = await given();
    const [ada, bob] = people;
    const reused = { scanId: newId(), accessCode: ada.accessCode, deviceDecision: 'turned_away' };
    const { body } = await desk.scan(eventId, { ...reused, station: 'Door A' });
    await upload(eventId, [{ accessCode: bob.accessCode, deviceDecision: 'turned_away' }]);
    await desk.scan(eventId, { ...reused, accessCode: bob.accessCode, deviceDecision: 'admitted' });
    const explanations = async () =>
      (await discrepancies(eventId)).items.map((item: Json) => item.explanation.replace(/^.*?\. /, ''));
    const [refused, other, before] = await explanations();
    expect(before).toMatch(/^They count as present/);
    const annulled = await desk.call('POST', `/v1/events/${eventId}/check-ins/${body.checkIn.id}/annulment`, {
      body: { reason: 'wrong person' },
      token: desk.organization.tokens.supervisor,
    });
    expect(annulled.status).toBe(200);
    expect(await explanations()).toEqual([
      refused,
      other,
      expect.stringMatching(/^The check-in was annulled on \d.*, so it does not count/),
    ]);
  });

  it('names both doors of a ticket in the order in which it passed them, whichever uploads sooner', async () => {
    const { eventId, people } = await given({ reentry: 'once_per_day' });
    const scan = { accessCode: people[0].accessCode, deviceDecision: 'admitted' };
    await upload(eventId, [{ ...scan, scannedAt: ago(10) }], second);
    await upload(eventId, [{ ...scan, scannedAt: ago(30), station: 'Door A' }]);
    expect((await discrepancies(eventId)).items).toMatchObject([
      {
        kind: 'same_ticket_twice',
        station: 'Door A',
        previous: { station: 'Door B', secondsAgo: -20 * 60 },
        explanation: expect.stringMatching(/twice: at Door A on .*, and at Door B on /),
      },
    ]);
  });

  it('is listed page by page, each once, and knows its own cursors only', async () => {
    const { eventId, people } = await given({ cancelled_at: new Date(), cancellation_reason: 'storm' });
    const scanIds = Array.from({ length: 5 }, newId);
    for (const scanId of scanIds) {
      const scan = { scanId, accessCode: people[0].accessCode, deviceDecision: 'admitted' };
      await upload(eventId, [scan]);
      await upload(eventId, [{ ...scan, accessCode: people[1].accessCode }]);
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const { items, nextCursor } = await discrepancies(eventId, `?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...items.map((item: Json) => `${item.scanId} ${item.kind}`));
      cursor = nextCursor ?? '';
    } while (cursor !== '');
    const expected = scanIds.toReversed();
    expect(seen).toEqual(
      expected.flatMap((scanId) => [`${scanId} let_in_but_refused`, `${scanId} let_in_but_cancelled`]),
    );
    expect(await discrepancies(eventId, '?cursor=abc')).toMatchObject({ errors: [{ path: 'cursor' }] });
  });

  it('keeps the ticket of who was sent away: they came, are not inside, and may come in later', async () => {
    const { eventId, people } = await given({ reentry: 'once' });
    const accessCode = people[0].accessCode;
    const sentAway = { accessCode, scannedAt: ago(20), deviceDecision: 'turned_away' };
    expect(await upload(eventId, [sentAway])).toEqual(['first']);
    expect(await insideNow(eventId)).toBe(0);
    const later = await desk.scan(eventId, { accessCode, scannedAt: ago(10) });
    expect(later).toMatchObject({
      status: 201,
      body: { outcome: 're_entry', previous: { scannedAt: sentAway.scannedAt } },
    });
    expect(await insideNow(eventId)).toBe(1);
    expect(await upload(eventId, [{ ...sentAway, scannedAt: ago(5) }])).toEqual(['already_checked_in']);
    const badge = await desk.call('GET', `/v1/events/${eventId}/attendees/${accessCode}`);
    expect(badge.body).toMatchObject({
      status: 'checked_in',
      checkInCount: 2,
      presentDays: [expect.any(String)],
    });
  });

  it('does not make somebody leave whom a device did not let out', async () => {
    const { eventId, people } = await given();
    const accessCode = people[0].accessCode;
    await desk.scan(eventId, { accessCode, scannedAt: ago(20) });
    await upload(eventId, [
      { accessCode, scannedAt: ago(10), direction: 'exit', deviceDecision: 'turned_away' },
    ]);
    expect(await insideNow(eventId)).toBe(1);
  });

  it('may come with the repeat of a scan whose answer the device never heard; the answer stays', async () => {
    const { eventId, people } = await given({ reentry: 'once' });
    const [ada, bob] = people;
    await cancel(bob);
    const valid = { scanId: newId(), accessCode: ada.accessCode, scannedAt: ago(20) };
    const refused = { scanId: newId(), accessCode: bob.accessCode, scannedAt: ago(20) };
    const first = await desk.scan(eventId, valid);
    await desk.scan(eventId, refused);
    expect(await insideNow(eventId)).toBe(1);

    // In one upload with the repeat: the ticket that was not used admits.
    expect(
      await upload(eventId, [
        { ...valid, deviceDecision: 'turned_away' },
        { ...refused, deviceDecision: 'admitted' },
        { accessCode: ada.accessCode, scannedAt: ago(10), deviceDecision: 'admitted' },
      ]),
    ).toEqual(['first', 'enrollment_cancelled', 're_entry']);
    expect(await insideNow(eventId)).toBe(1);
    const kinds = async () =>
      (await discrepancies(eventId)).items.map((item: Json) => [item.scanId, item.kind]).toSorted();
    const expected = [
      [valid.scanId, 'sent_away_but_valid'],
      [refused.scanId, 'let_in_but_cancelled'],
    ].toSorted();
    expect(await kinds()).toEqual(expected);

    // What was said first stays.
    await upload(eventId, [
      { ...valid, deviceDecision: 'admitted' },
      { ...refused, deviceDecision: 'turned_away' },
    ]);
    expect(await kinds()).toEqual(expected);
    const replay = await desk.scan(eventId, valid);
    expect(JSON.stringify(replay.body)).toBe(JSON.stringify(first.body));
  });

  it('is noted also when a scan and its repeat come in one upload, and for a reused scanId', async () => {
    const { eventId, people } = await given({ reentry: 'once' });
    const scan = { scanId: newId(), accessCode: people[0].accessCode, scannedAt: ago(20) };
    const wrong = { scanId: scan.scanId, accessCode: people[1].accessCode, scannedAt: ago(10) };
    expect(
      await upload(eventId, [
        scan,
        { ...scan, deviceDecision: 'turned_away' },
        wrong,
        { ...wrong, deviceDecision: 'admitted' },
      ]),
    ).toEqual(['first', 'first', 'scan_id_reused', 'scan_id_reused']);
    const found = async () =>
      (await discrepancies(eventId)).items.map((item: Json) => [item.kind, item.accessCode]).toSorted();
    const expected = [
      ['let_in_but_refused', people[1].accessCode],
      ['sent_away_but_valid', people[0].accessCode],
    ];
    expect(await found()).toEqual(expected);
    expect(await insideNow(eventId)).toBe(0);

    const later = { scanId: scan.scanId, accessCode: people[2].accessCode };
    await upload(eventId, [later]);
    expect(await found()).toEqual(expected);
    await upload(eventId, [{ ...later, deviceDecision: 'admitted' }]);
    expect(await found()).toHaveLength(3);
    await upload(eventId, [{ ...later, deviceDecision: 'turned_away' }]);
    expect(await found()).toHaveLength(3);
  });
});
