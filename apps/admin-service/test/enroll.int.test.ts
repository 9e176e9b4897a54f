import { randomUUID } from 'node:crypto';
import { enrollmentBody } from '@turnout/contracts/http/enrollments';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { someone } from './examples.ts';
import { givenClosed, givenEvent } from './given.ts';

let service: AdminUnderTest;
let eventId: string;
beforeAll(async () => {
  service = await startAdminUnderTest();
});
beforeEach(async () => {
  eventId = await givenEvent(service);
});
afterAll(() => service[Symbol.asyncDispose]());

const enroll = (body: object, event = eventId) => service.admin.post(`/v1/events/${event}/enrollments`, body);
const enrollIn = async (event: string, participant: object) => (await enroll({ participant }, event)).body;
const newEmail = () => `${randomUUID()}@example.org`;

describe('enrolling', () => {
  it('confirms the participant with an access code nobody can guess, and writes the first row of the audit trail', async () => {
    const participant = {
      name: 'Ada Lovelace',
      email: newEmail(),
      locale: 'en-GB',
      externalId: randomUUID(),
    };
    const { status, headers, body } = await enroll({ participant, ticketType: 'Speaker' });
    expect(status).toBe(201);
    expect(enrollmentBody.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({
      eventId,
      status: 'confirmed',
      version: 1,
      ticketType: 'Speaker',
      attendedAt: null,
      participant,
    });
    expect(body.accessCode).toMatch(/^[0-9A-HJKMNP-TV-Z]{20}$/);
    const path = `/v1/events/${eventId}/enrollments/${body.id}`;
    expect(headers.get('location')).toBe(path);

    const { body: story } = await service.admin.get(path);
    expect(story).toMatchObject(body);
    expect(story.transitions).toEqual([
      {
        id: expect.any(String),
        enrollmentId: body.id,
        from: null,
        to: 'confirmed',
        triggeredBy: 'admin',
        actor: { type: 'token', id: expect.any(String), label: 'test admin' },
        reason: 'enrolled',
        evidence: null,
        version: 1,
        at: body.createdAt,
        cause: headers.get('x-request-id'),
      },
    ]);
  });

  it('takes the access code that was sent, and announces nothing', async () => {
    const { status, body } = await enroll({ ...someone(), accessCode: 'badge-ÄÖ-42' });
    expect({ status, code: body.accessCode }).toEqual({ status: 201, code: 'badge-ÄÖ-42' });
    expect(await service.owner.query('select 1 from outbox.messages')).toEqual([]);
  });

  it('refuses an access code that another enrollment of the event has, and takes it in another event', async () => {
    const accessCode = randomUUID();
    expect((await enroll({ ...someone(), accessCode })).status).toBe(201);
    const refused = await enroll({ ...someone({ email: 'taken@example.org' }), accessCode });
    expect(refused.body).toMatchObject({ status: 409, code: 'access_code_taken' });
    const people = await service.owner.query(
      `select 1 from attendance.participants where email = 'taken@example.org'`,
    );
    expect(people).toEqual([]);
    expect((await enroll({ ...someone(), accessCode }, await givenEvent(service))).status).toBe(201);
  });

  it('gives one access code to one of many who want it in the same instant', async () => {
    const accessCode = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => enroll({ ...someone(), accessCode })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'access_code_taken')).toHaveLength(9);
  });

  it('refuses people for a cancelled event, and takes them after the end and after closure', async () => {
    const closed = await givenEvent(service);
    await givenClosed(service, closed);
    expect((await enroll(someone(), closed)).status).toBe(201);
    await service.admin.post(`/v1/events/${eventId}/cancellation`, { reason: 'storm' });
    expect((await enroll(someone())).body).toMatchObject({ status: 409, code: 'event_cancelled' });
  });

  it.each([
    ['participant.name', { participant: { name: '', email: 'a@example.org' } }],
    ['participant.name', { participant: { email: 'a@example.org' } }],
    ['participant.email', { participant: { name: 'Ada', email: 'ada' } }],
    ['participant.email', { participant: { name: 'Ada', email: 'a@b.org\r\nBcc: c@d.org' } }],
    ['participant.email', { participant: { name: 'Ada', email: ['a@example.org'] } }],
    ['participant.locale', { participant: { name: 'Ada', email: 'a@example.org', locale: 'not a locale' } }],
    ['participant.externalId', { participant: { name: 'Ada', email: 'a@example.org', externalId: 7 } }],
    ['participant.id', { participant: { name: 'Ada', email: 'a@example.org', id: randomUUID() } }],
    ['participant', { participant: 'Ada' }],
    ['accessCode', { ...someone(), accessCode: 'two words' }],
    ['accessCode', { ...someone(), accessCode: '' }],
    ['accessCode', { ...someone(), accessCode: 'x'.repeat(129) }],
    ['ticketType', { ...someone(), ticketType: ' ' }],
    ['status', { ...someone(), status: 'attended' }],
  ])('refuses a body whose %s cannot be: %j', async (path, body) => {
    const answer = await enroll(body);
    expect(answer.body).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ path }] });
  });
});

describe('enrolling twice', () => {
  it('is refused and says which enrollment there is, also when that one was cancelled', async () => {
    const email = newEmail();
    const first = await enrollIn(eventId, { name: 'Ada', email });
    const again = await enroll({ participant: { name: 'Ada', email: email.toUpperCase() } });
    expect(again.body).toMatchObject({
      status: 409,
      code: 'already_enrolled',
      enrollmentId: first.id,
      enrollmentStatus: 'confirmed',
    });
    const path = `/v1/events/${eventId}/enrollments/${first.id}`;
    await service.admin.post(`${path}/cancellation`, { reason: 'ill' });
    const afterwards = await enroll({ participant: { name: 'Ada', email } });
    expect(afterwards.body).toMatchObject({
      code: 'already_enrolled',
      detail: expect.stringContaining('cancelled'),
    });
  });

  it('changes nothing about the person when it is refused', async () => {
    const email = newEmail();
    const first = await enrollIn(eventId, { name: 'Ada', email });
    await enroll({ participant: { name: 'Somebody Else', email, externalId: randomUUID() } });
    const { body } = await service.admin.get(`/v1/events/${eventId}/enrollments/${first.id}`);
    expect(body.participant).toMatchObject({ name: 'Ada', externalId: null });
  });

  it.each([
    ['the same e-mail address', (email: string) => [{ name: 'Ada', email }]],
    [
      'the same externalId and other addresses',
      (email: string) => [
        { name: 'Ada', email, externalId: email },
        { name: 'Ada', email: newEmail(), externalId: email },
      ],
    ],
    [
      'an address that comes with an externalId and without',
      (email: string) => [
        { name: 'Ada', email, externalId: email },
        { name: 'Ada', email: email.toUpperCase() },
      ],
    ],
  ])('of 20 in the same instant one is accepted: %s', async (_what, people) => {
    const variants = people(newEmail());
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => enroll({ participant: variants[index % variants.length] })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'already_enrolled')).toHaveLength(19);
  });

  it('makes one participant of a person who is enrolled in 20 events in the same instant', async () => {
    const events = await Promise.all(Array.from({ length: 20 }, () => givenEvent(service)));
    const email = newEmail();
    const enrolled = await Promise.all(events.map((event) => enrollIn(event, { name: 'Ada', email })));
    expect(new Set(enrolled.map(({ participant }) => participant?.id)).size).toBe(1);
  });
});

describe('who the participant is', () => {
  it('is who has the externalId: name and address become what was sent, the locale stays unless it was sent', async () => {
    const externalId = randomUUID();
    const first = await enrollIn(eventId, { name: 'Ada', email: newEmail(), locale: 'en', externalId });
    const now = { name: 'Ada King', email: newEmail(), externalId };
    const second = await enrollIn(await givenEvent(service), now);
    expect(second.participant).toEqual({ ...now, id: first.participant.id, locale: 'en' });
    const third = await enrollIn(await givenEvent(service), { ...now, locale: 'de' });
    expect(third.participant).toEqual({ ...now, id: first.participant.id, locale: 'de' });
  });

  it('is who has the address and no externalId, and gets the one that was sent', async () => {
    const email = newEmail();
    const first = await enrollIn(eventId, { name: 'Ada', email });
    const sent = { name: 'Ada King', email: email.toUpperCase(), externalId: randomUUID() };
    const second = await enrollIn(await givenEvent(service), sent);
    expect(second.participant).toEqual({ ...sent, id: first.participant.id, locale: null });
  });

  it('is somebody new when the address belongs to people with another externalId', async () => {
    const email = newEmail();
    const parent = await enrollIn(eventId, { name: 'Ada', email, externalId: randomUUID() });
    const child = await enrollIn(eventId, { name: 'Byron', email, externalId: randomUUID() });
    expect(child.participant.id).not.toBe(parent.participant.id);
    expect(child.participant.email).toBe(email);
  });

  it('is the only one with the address when no externalId was sent; with several, one has to be', async () => {
    const email = newEmail();
    const externalId = randomUUID();
    const first = await enrollIn(eventId, { name: 'Ada', email, externalId });
    const second = await enrollIn(await givenEvent(service), { name: 'Ada', email });
    expect(second.participant).toMatchObject({ id: first.participant.id, externalId });
    await enrollIn(eventId, { name: 'Byron', email, externalId: randomUUID() });
    const third = await enroll({ participant: { name: 'Ada', email } }, await givenEvent(service));
    expect(third.body).toMatchObject({
      status: 409,
      code: 'participant_ambiguous',
      detail: expect.stringContaining('externalId'),
    });
  });

  it('is never one of another organization', async () => {
    await using other = await startAdminUnderTest();
    const participant = { name: 'Ada', email: newEmail(), externalId: randomUUID() };
    const here = await enrollIn(eventId, participant);
    const there = await other.admin.post(`/v1/events/${await givenEvent(other)}/enrollments`, {
      participant,
    });
    expect(there.status).toBe(201);
    expect(there.body.participant.id).not.toBe(here.participant.id);
  });
});
