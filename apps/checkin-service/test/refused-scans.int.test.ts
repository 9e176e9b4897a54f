import { listOf } from '@turnout/contracts/http/pagination';
import { discrepancy, refusedScan } from '@turnout/contracts/http/scans';
import { newId } from '@turnout/runtime/ids';
import {
  type GivenEnrollment,
  givenEnrollments,
  givenEvent,
  givenOrganization,
  givenToken,
} from '@turnout/test-kit/given';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type FrontDesk, type Json, openFrontDesk } from './front-desk.ts';

const DAY = 24 * 3_600_000;

const lists = [
  ['scans?result=refused&', listOf(refusedScan)],
  ['discrepancies?', listOf(discrepancy)],
] as const;

describe('refused scans', () => {
  let desk: FrontDesk;
  const givenRunning = async (count = 2) => {
    const eventId = await givenEvent(desk.db, desk.organization.id, {
      starts_at: new Date(Date.now() - DAY),
      ends_at: new Date(Date.now() + DAY),
    });
    const people = await givenEnrollments(desk.db, desk.organization.id, eventId, count);
    return { eventId, people: people as [GivenEnrollment, GivenEnrollment] };
  };
  const list = (eventId: string, query = '', token = desk.organization.tokens.supervisor) =>
    desk.call('GET', `/v1/events/${eventId}/scans?result=refused${query}`, { token });
  const walk = async (
    eventId: string,
    path: string,
    answer: z.ZodType<{ items: Json[]; nextCursor: string | null }>,
  ) => {
    const seen: Json[] = [];
    let cursor: string | null = '';
    do {
      const { body } = await desk.call('GET', `/v1/events/${eventId}/${path}limit=1${cursor}`, {
        token: desk.organization.tokens.supervisor,
      });
      const { items, nextCursor } = answer.parse(body);
      seen.push(...items);
      cursor = nextCursor && `&cursor=${nextCursor}`;
    } while (cursor);
    return seen;
  };
  const reusedRows = async (eventId: string) =>
    await desk.db.query('select refusal from attendance.reused_scans where event_id = $1', [eventId]);

  beforeAll(async () => {
    desk = await openFrontDesk();
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('are listed with the raw code, the reason, the device and the times, the latest first', async () => {
    const { eventId, people } = await givenRunning();
    await desk.db.query(
      `update attendance.enrollments set status = 'cancelled', cancelled_at = now() where enrollment_id = $1`,
      [people[0].id],
    );
    const scannedAt = new Date(Date.now() - 3_600_000).toISOString();
    const cancelled = { scanId: newId(), accessCode: people[0].accessCode, scannedAt, station: 'Door A' };
    const { body: refused } = await desk.scan(eventId, cancelled);
    const raw = { scanId: newId(), accessCode: 'https://example.org/ Ä\n' };
    await desk.scan(eventId, raw);
    const nobody = { scanId: newId(), enrollmentId: newId(), direction: 'exit' };
    await desk.scan(eventId, nobody);
    await desk.scan(eventId, { accessCode: people[1].accessCode });

    const { status, body } = await list(eventId);
    expect(status).toBe(200);
    const common = {
      kind: 'check_in',
      lineItemId: null,
      productId: null,
      deviceId: expect.any(String),
      deviceLabel: 'test front_desk',
      recordedAt: expect.stringMatching(/Z$/),
      requestId: expect.any(String),
    };
    const unknown = {
      ...common,
      refusal: 'unknown_code',
      enrollmentId: null,
      displayName: null,
      station: null,
    };
    expect(body).toEqual({
      items: [
        {
          ...unknown,
          scanId: nobody.scanId,
          accessCode: null,
          namedEnrollmentId: nobody.enrollmentId,
          direction: 'exit',
          scannedAt: expect.any(String),
        },
        {
          ...unknown,
          scanId: raw.scanId,
          accessCode: raw.accessCode,
          namedEnrollmentId: null,
          direction: 'entry',
          scannedAt: expect.any(String),
        },
        {
          ...common,
          ...cancelled,
          refusal: 'enrollment_cancelled',
          namedEnrollmentId: null,
          enrollmentId: people[0].id,
          displayName: people[0].name,
          direction: 'entry',
          requestId: refused.requestId,
        },
      ],
      nextCursor: null,
    });
  });

  it('are kept also when they used the scanId of another ticket: once for each wrong attempt of a device', async () => {
    const { eventId, people } = await givenRunning(3);
    const [one, other] = people;
    const scan = { scanId: newId(), accessCode: one.accessCode };
    await desk.scan(eventId, scan);
    const wrong = { scanId: scan.scanId, accessCode: other.accessCode, station: 'Door B' };
    const answers = [await desk.scan(eventId, wrong), await desk.scan(eventId, wrong)];
    expect(answers.map(({ body }) => body.code)).toEqual(['scan_id_reused', 'scan_id_reused']);
    const batch = await desk.call('POST', `/v1/events/${eventId}/check-ins/batch`, {
      body: { scans: [wrong, wrong, wrong] },
    });
    expect(batch.body.results.map((result: Json) => result.status)).toEqual([409, 409, 409]);
    const { body } = await list(eventId);
    expect(body.items).toMatchObject([
      {
        scanId: scan.scanId,
        refusal: 'scan_id_reused',
        accessCode: other.accessCode,
        enrollmentId: other.id,
        displayName: other.name,
        station: 'Door B',
        requestId: answers[0]?.body.requestId,
      },
    ]);

    await desk.scan(eventId, { scanId: scan.scanId, enrollmentId: other.id });
    await desk.scan(eventId, { scanId: scan.scanId, accessCode: 'x'.repeat(2_000) });
    const second = await givenToken(desk.db, desk.organization.id, 'front_desk');
    await desk.scan(eventId, wrong, second);
    expect(await reusedRows(eventId)).toHaveLength(4);

    expect((await desk.scan(eventId, scan)).status).toBe(201);
    expect(await reusedRows(eventId)).toHaveLength(4);
  });

  it('keep one row of an attempt that many requests make at the same instant', async () => {
    const { eventId, people } = await givenRunning();
    const scanId = newId();
    await desk.scan(eventId, { scanId, accessCode: people[0].accessCode });
    await Promise.all(
      Array.from({ length: 20 }, () => desk.scan(eventId, { scanId, accessCode: people[1].accessCode })),
    );
    expect(await reusedRows(eventId)).toHaveLength(1);
  });

  it('are walked through once, page by page, whichever table keeps them', async () => {
    const { eventId, people } = await givenRunning();
    const accepted = newId();
    await desk.scan(eventId, { scanId: accepted, accessCode: people[0].accessCode });
    const expected: string[] = [];
    for (let count = 0; count < 7; count += 1) {
      const accessCode = `NOBODY-${count}`;
      await desk.scan(eventId, { accessCode, ...(count % 2 ? { scanId: accepted } : {}) });
      expected.unshift(accessCode);
    }
    // All in one instant, with microseconds that a client never sees.
    for (const table of ['scans', 'reused_scans']) {
      await desk.db.query(
        `update attendance.${table} set recorded_at = '2026-05-01T10:00:00.123456Z' where event_id = $1`,
        [eventId],
      );
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await list(eventId, `&limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map((item: Json) => item.accessCode));
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen.toSorted()).toEqual(expected.toSorted());
    expect(new Set(seen).size).toBe(7);
  });

  it('are walked through also where a device makes ids of its own way, as discrepancies too', async () => {
    const { eventId } = await givenRunning();
    const scanIds = [1, 2, 3].map((count) => `00000000-0000-0000-0000-00000000000${count}`);
    for (const scanId of scanIds) {
      const enrollmentId = scanId.replace('0000', 'ffff');
      await desk.scan(eventId, { scanId, enrollmentId, deviceDecision: 'admitted' });
    }
    for (const [path, answer] of lists) {
      const seen = await walk(eventId, path, answer);
      expect(seen.map(({ scanId }) => scanId).toReversed()).toEqual(scanIds);
    }
  });

  it('are walked through also where a device made a scanId equal to the id of a reused one', async () => {
    const { eventId, people } = await givenRunning();
    const scan = { scanId: newId(), accessCode: people[0].accessCode };
    await desk.scan(eventId, scan);
    const nobody = { accessCode: 'NOBODY', deviceDecision: 'admitted' };
    await desk.scan(eventId, nobody);
    await desk.scan(eventId, { ...nobody, scanId: scan.scanId });
    const [reused] = await desk.db.query<{ reused_scan_id: string }>(
      'select reused_scan_id from attendance.reused_scans where event_id = $1',
      [eventId],
    );
    await desk.scan(eventId, { ...nobody, scanId: reused?.reused_scan_id });
    await desk.scan(eventId, nobody);
    const expected = ['scan_id_reused', ...Array(3).fill('unknown_code')];
    const refusals = async () =>
      await Promise.all(
        lists.map(async ([path, answer]) =>
          (await walk(eventId, path, answer)).map(({ refusal }) => refusal).toSorted(),
        ),
      );
    expect(await refusals()).toEqual([expected, expected]);
    for (const table of ['scans', 'reused_scans']) {
      await desk.db.query(
        `update attendance.${table} set recorded_at = '2026-05-01T10:00:00.123456Z' where event_id = $1`,
        [eventId],
      );
    }
    expect(await refusals()).toEqual([expected, expected]);
  });

  it('can be asked for by reason, device and station; a cursor belongs to its filters', async () => {
    const { eventId, people } = await givenRunning();
    const second = await givenToken(desk.db, desk.organization.id, 'front_desk', { station: 'Gate 7' });
    await desk.scan(eventId, { accessCode: 'NOBODY' });
    await desk.scan(eventId, { accessCode: 'NOBODY', station: 'Door A' }, second);
    await desk.scan(eventId, { accessCode: 'NOBODY' }, second);
    const future = new Date(Date.now() + 3_600_000).toISOString();
    await desk.scan(eventId, { accessCode: people[0].accessCode, scannedAt: future }, second);
    const count = async (query: string) => (await list(eventId, query)).body.items.length;
    const [latest] = (await list(eventId)).body.items;
    expect(latest).toMatchObject({ refusal: 'scanned_in_future', station: 'Gate 7' });
    expect(await count(`&deviceId=${latest.deviceId}`)).toBe(3);
    expect(await count('&refusal=unknown_code')).toBe(3);
    expect(await count(`&refusal=unknown_code&deviceId=${latest.deviceId}&station=Gate%207`)).toBe(1);
    expect(await count('&station=nowhere')).toBe(0);
    expect(await count('&refusal=not_open_yet')).toBe(0);

    const { nextCursor } = (await list(eventId, '&refusal=unknown_code&limit=1')).body;
    expect(await count(`&refusal=unknown_code&cursor=${nextCursor}`)).toBe(2);
    expect(await list(eventId, `&cursor=${nextCursor}`)).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'cursor' }] },
    });
  });

  it('need a result, which can only be refused so far', async () => {
    const { eventId } = await givenRunning();
    const get = (query: string) =>
      desk.call('GET', `/v1/events/${eventId}/scans${query}`, { token: desk.organization.tokens.admin });
    for (const [query, path] of [
      ['', 'result'],
      ['?result=accepted', 'result'],
      ['?result=refused&refusal=nonsense', 'refusal'],
      ['?result=refused&deviceId=me', 'deviceId'],
      ['?result=refused&station=', 'station'],
      ['?result=refused&limit=0', 'limit'],
      ['?result=refused&cursor=abc', 'cursor'],
      ['?result=refused&result=refused', 'result'],
      ['?result=refused&color=red', 'color'],
    ]) {
      expect(await get(query ?? '')).toMatchObject({
        status: 422,
        body: { code: 'validation_failed', errors: [{ path }] },
      });
    }
  });

  it('are for supervisors, admins and auditors of the organization, within the scope of their tokens', async () => {
    const { eventId } = await givenRunning();
    const { tokens } = desk.organization;
    const scoped = await givenToken(desk.db, desk.organization.id, 'supervisor', { eventIds: [newId()] });
    const others = await givenOrganization(desk.db);
    for (const path of ['scans?result=refused', 'discrepancies', 'devices']) {
      const get = async (event: string, token: string) => {
        const { status, body } = await desk.call('GET', `/v1/events/${event}/${path}`, { token });
        return { status, body: { ...body, requestId: '' } };
      };
      for (const token of [tokens.supervisor, tokens.admin, tokens.auditor]) {
        expect((await get(eventId, token)).status).toBe(200);
      }
      expect((await get(eventId, tokens.front_desk)).status).toBe(403);
      const missing = await get(newId(), tokens.admin);
      expect(missing.status).toBe(404);
      expect(await get(eventId, scoped)).toEqual(missing);
      expect(await get(eventId, others.tokens.admin)).toEqual(missing);
      expect(await get(eventId.toUpperCase(), others.tokens.admin)).toEqual(missing);
    }
  });
});
