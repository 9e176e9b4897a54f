import { deliveryBody } from '@turnout/contracts/http/deliveries';
import { listOf } from '@turnout/contracts/http/pagination';
import {
  type GivenOrganization,
  givenEnrollments,
  givenEvent,
  givenOrganization,
  givenToken,
} from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { attendedEvent, type Subject } from './support/events.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

describe('GET /v1/deliveries', () => {
  const opened = new AsyncDisposableStack();
  let office: PostOffice;
  let url: string;
  let people: Subject[];
  let other: GivenOrganization;
  let otherEventId: string;
  let otherPerson: Subject;

  beforeAll(async () => {
    office = opened.use(await openPostOffice());
    people = await office.people(5);
    other = await givenOrganization(office.db);
    otherEventId = await givenEvent(office.db, other.id);
    const [enrollment] = await givenEnrollments(office.db, other.id, otherEventId, 1);
    otherPerson = { organizationId: other.id, eventId: otherEventId, enrollmentId: enrollment?.id ?? '' };
    const notifier = opened.use(await startNotifier(office.config));
    url = notifier.url;
    await office.publish([...people, otherPerson].map((person) => attendedEvent(person)));
    await waitUntil(
      async () => (await office.deliveries()).filter(({ status }) => status === 'sent').length === 6,
    );
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  // biome-ignore lint/suspicious/noExplicitAny: bodies are read by assertions, which say what they should be
  async function get(query: string, token?: string): Promise<{ status: number; body: any }> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/v1/deliveries${query}`, { headers });
    return { status: response.status, body: await response.json() };
  }

  it('shows an admin and an auditor what was sent, newest first', async () => {
    for (const role of ['admin', 'auditor'] as const) {
      const { status, body } = await get('', office.organization.tokens[role]);
      expect(status).toBe(200);
      const { items, nextCursor } = listOf(deliveryBody).parse(body);
      expect(nextCursor).toBeNull();
      const ids = items.map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted().toReversed());
      expect(items.map(({ enrollmentId }) => enrollmentId).toSorted()).toEqual(
        people.map(({ enrollmentId }) => enrollmentId).toSorted(),
      );
      expect(items[0]).toMatchObject({
        eventId: office.eventId,
        channel: 'email',
        template: 'you-attended',
        status: 'sent',
        attempts: 1,
        lastError: null,
        nextAttemptAt: null,
      });
    }
  });

  it('shows no organization the deliveries of another, not even by enrollment', async () => {
    const { body: theirs } = await get('', other.tokens.admin);
    expect(theirs.items.map((item: { enrollmentId: string }) => item.enrollmentId)).toEqual([
      otherPerson.enrollmentId,
    ]);
    const { body: across } = await get(
      `?enrollmentId=${otherPerson.enrollmentId}`,
      office.organization.tokens.admin,
    );
    expect(across).toEqual({ items: [], nextCursor: null });
  });

  it('shows a token for some events the deliveries of those', async () => {
    const elsewhere = await givenEvent(office.db, office.organization.id);
    const scopes = { [office.eventId]: people.length, [elsewhere]: 0 };
    for (const [eventId, count] of Object.entries(scopes)) {
      const token = await givenToken(office.db, office.organization.id, 'admin', { eventIds: [eventId] });
      const { body } = await get('', token);
      expect(body.items).toHaveLength(count);
    }
  });

  it('finds by enrollment and by status', async () => {
    const { admin } = office.organization.tokens;
    const enrollmentId = people[2]?.enrollmentId ?? '';
    const one = await get(`?enrollmentId=${enrollmentId.toUpperCase()}&status=sent`, admin);
    expect(one.body.items).toMatchObject([{ enrollmentId }]);
    const none = await get(`?enrollmentId=${enrollmentId}&status=failed`, admin);
    expect(none.body.items).toEqual([]);
  });

  it('hands out pages that together hold each delivery once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '?limit=2' : `?limit=2&cursor=${cursor}`;
      const { body } = await get(query, office.organization.tokens.admin);
      seen.push(...body.items.map((item: { id: string }) => item.id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(people.length);
    expect(new Set(seen).size).toBe(people.length);
  });

  it('takes a cursor only from the organization it was given to', async () => {
    const { body } = await get('?limit=2', office.organization.tokens.admin);
    for (const cursor of [body.nextCursor, 'nonsense', '']) {
      const answer = await get(`?cursor=${cursor}`, other.tokens.admin);
      expect(answer).toMatchObject({
        status: 422,
        body: { code: 'validation_failed', errors: [{ path: 'cursor' }] },
      });
    }
  });

  it('takes a cursor only with the filters it was given for', async () => {
    const { admin } = office.organization.tokens;
    const { body } = await get('?status=sent&limit=2', admin);
    expect(body.nextCursor).toEqual(expect.any(String));
    expect(await get(`?status=sent&limit=1&cursor=${body.nextCursor}`, admin)).toMatchObject({ status: 200 });
    for (const filters of ['', 'status=failed&', 'status=sent&channel=email&']) {
      const answer = await get(`?${filters}cursor=${body.nextCursor}`, admin);
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'cursor' }] } });
    }
  });

  it('is closed to devices and to strangers', async () => {
    expect(await get('')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    for (const role of ['front_desk', 'supervisor'] as const) {
      const answer = await get('?nonsense=1', office.organization.tokens[role]);
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
  });

  it('refuses what it does not understand, naming all of it', async () => {
    const answer = await get(
      '?enrollmentId=1&status=lost&limit=0&colour=red',
      office.organization.tokens.admin,
    );
    expect(answer.status).toBe(422);
    const paths = answer.body.errors.map((error: { path: string }) => error.path);
    expect(paths.toSorted()).toEqual(['colour', 'enrollmentId', 'limit', 'status']);
    const twice = await get('?status=sent&status=sent', office.organization.tokens.admin);
    expect(twice.status).toBe(422);
  });
});
