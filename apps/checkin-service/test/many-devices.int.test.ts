import { newId } from '@turnout/runtime/ids';
import { givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCheckinService } from '../src/service.ts';
import { callService, type FrontDesk, openFrontDesk } from './front-desk.ts';

const DAY = 24 * 3_600_000;
const DEVICES = 60;

describe('sixty devices at two services', () => {
  const opened = new AsyncDisposableStack();
  let desk: FrontDesk;
  let eventId: string;
  let urls: string[];

  beforeAll(async () => {
    desk = opened.use(await openFrontDesk());
    const vhost = opened.use(await createTestVhost());
    const second = opened.use(
      await startCheckinService({
        port: 0,
        host: '127.0.0.1',
        database: { url: desk.database.urlFor('checkin'), max: 10 },
        amqpUrl: vhost.amqpUrl,
        log: { level: 'silent' },
      }),
    );
    urls = [desk.url, second.url];
    eventId = await givenEvent(desk.db, desk.organization.id, {
      starts_at: new Date(Date.now() - DAY),
      ends_at: new Date(Date.now() + DAY),
    });
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  const scanEverywhere = async (body: (device: number) => object) =>
    await Promise.all(
      Array.from({ length: DEVICES }, (_, device) =>
        callService(urls[device % 2] ?? '', 'POST', `/v1/events/${eventId}/check-ins`, {
          token: desk.organization.tokens.front_desk,
          body: body(device),
        }),
      ),
    );

  it('scan one ticket in the same instant: one is first, the others say who was', async () => {
    const people = await givenEnrollments(desk.db, desk.organization.id, eventId, 5);
    for (const { accessCode, id } of people) {
      const answers = await scanEverywhere((device) => ({
        scanId: newId(),
        accessCode,
        station: `Door ${device}`,
      }));
      expect(answers.map(({ status }) => status)).toEqual(Array(DEVICES).fill(201));
      const first = answers.filter(({ body }) => body.outcome === 'first');
      expect(first).toHaveLength(1);
      expect(answers.filter(({ body }) => body.outcome === 're_entry')).toHaveLength(DEVICES - 1);
      expect(answers.every(({ body }) => body.outcome === 'first' || body.previous !== null)).toBe(true);
      const [stored] = await desk.db.query(
        `select status, version, (select count(*) from attendance.transitions t where t.enrollment_id = e.enrollment_id) as moves
         from attendance.enrollments e where enrollment_id = $1`,
        [id],
      );
      expect(stored).toEqual({ status: 'checked_in', version: 2, moves: 2 });
    }
  });

  it('send one scan in the same instant: it is one scan with one answer', async () => {
    const [person] = await givenEnrollments(desk.db, desk.organization.id, eventId, 1);
    const scanId = newId();
    const answers = await scanEverywhere(() => ({ scanId, accessCode: person?.accessCode }));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body)))).toHaveProperty('size', 1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
  });

  it('send one scanId for different tickets, or for a ticket nobody has: one wins, the others hear of it', async () => {
    const people = await givenEnrollments(desk.db, desk.organization.id, eventId, DEVICES);
    const scanId = newId();
    const answers = await scanEverywhere((device) => ({ scanId, accessCode: people[device]?.accessCode }));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'scan_id_reused')).toHaveLength(DEVICES - 1);

    const unknown = { scanId: newId(), accessCode: 'NOBODY' };
    const refusals = await scanEverywhere(() => unknown);
    expect(new Set(refusals.map(({ status, body }) => `${status} ${body.requestId}`))).toHaveProperty(
      'size',
      1,
    );
  });

  it('upload overlapping batches in opposite orders without a deadlock or a double count', async () => {
    const people = await givenEnrollments(desk.db, desk.organization.id, eventId, 40);
    const batches = Array.from({ length: 12 }, (_, device) => {
      const scans = people.map(({ accessCode }) => ({ scanId: newId(), accessCode }));
      return device % 2 === 0 ? scans : scans.toReversed();
    });
    const answers = await Promise.all(
      batches.map((scans, device) =>
        callService(urls[device % 2] ?? '', 'POST', `/v1/events/${eventId}/check-ins/batch`, {
          token: desk.organization.tokens.front_desk,
          body: { scans },
        }),
      ),
    );
    const results = answers.flatMap(({ body }) => body.results);
    expect(results.map(({ status }) => status)).toEqual(Array(480).fill(201));
    expect(results.filter(({ body }) => body.outcome === 'first')).toHaveLength(40);
  });
});
