import { closureRun } from '@turnout/contracts/http/closure-runs';
import { listOf } from '@turnout/contracts/http/pagination';
import { openLocks } from '@turnout/runtime/lock';
import { givenEnrollments, givenEvent, givenOrganization, givenToken } from '@turnout/test-kit/given';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClosureService } from '../src/service.ts';
import { type ClosingKit, openClosingKit, runs, statuses } from './closing-kit.ts';
import { serviceConfig } from './service-config.ts';

const unknown = '01970000-0000-7000-8000-000000000000';

describe('the closure API', () => {
  const opened = new AsyncDisposableStack();
  let kit: ClosingKit;
  let url: string;
  let admin: string;

  beforeAll(async () => {
    kit = opened.use(await openClosingKit());
    const vhost = opened.use(await createTestVhost());
    const due = await givenEvent(kit.db, kit.organization.id);
    // Comes round once, at the start: from there on, what happens was asked for.
    const config = serviceConfig({ kit, amqpUrl: vhost.amqpUrl, schedule: '0 0 1 1 *' });
    const service = opened.use(await startClosureService(config));
    await waitUntil(async () => (await runs(kit.db, due))[0]?.status === 'succeeded');
    url = service.url;
    admin = kit.organization.tokens.admin;
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  const call = async (method: string, path: string, token: string | null, body?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        'x-request-id': 'same',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    // biome-ignore lint/suspicious/noExplicitAny: assertions say what it should be
    return { status: response.status, text, body: JSON.parse(text) as any, headers: response.headers };
  };
  const endedEvent = async (people = 3) => {
    const eventId = await givenEvent(kit.db, kit.organization.id);
    await givenEnrollments(kit.db, kit.organization.id, eventId, people);
    return eventId;
  };
  const close = async (eventId: string, token: string | null = admin, body?: unknown) =>
    await call('POST', `/v1/events/${eventId}/closure-runs`, token, body);
  const finished = async (runId: string) =>
    await waitUntil(async () => {
      const { body } = await call('GET', `/v1/closure-runs/${runId}`, admin);
      return body.status === 'running' ? null : closureRun.parse(body);
    });

  it('begins a run, answers 202 with it, and shows how it ended', async () => {
    const eventId = await endedEvent();
    const answer = await close(eventId);
    expect(answer).toMatchObject({
      status: 202,
      body: { id: expect.any(String), eventId, status: 'running' },
    });
    expect(answer.headers.get('location')).toBe(`/v1/closure-runs/${answer.body.id}`);
    expect((await runs(kit.db, eventId)).map(({ run_id }) => run_id)).toEqual([answer.body.id]);
    expect(
      await kit.db.query(
        "select action, subject_id, actor ->> 'label' as by, cause from access.actions where event_id = $1",
        [eventId],
      ),
    ).toEqual([{ action: 'closure.requested', subject_id: answer.body.id, by: 'test admin', cause: 'same' }]);
    expect(await finished(answer.body.id)).toMatchObject({
      id: answer.body.id,
      eventId,
      trigger: 'request',
      status: 'succeeded',
      attempts: 1,
      counts: { attended: 0, noShow: 3 },
      error: null,
    });
    expect(new Set(Object.values(await statuses(kit.db, eventId)))).toEqual(new Set(['no_show']));
  });

  it('accepts no body or an empty one, and nothing else', async () => {
    expect((await close(await endedEvent(), admin, {})).status).toBe(202);
    expect(await close(await endedEvent(), admin, { force: true })).toMatchObject({
      status: 422,
      body: { code: 'validation_failed' },
    });
  });

  it('refuses an event that was cancelled, has not ended or is being closed', async () => {
    const cancelled = await givenEvent(kit.db, kit.organization.id, {
      cancelled_at: new Date(),
      cancellation_reason: 'storm',
    });
    const running = await givenEvent(kit.db, kit.organization.id, { ends_at: new Date(Date.now() + 60_000) });
    const locked = await endedEvent();
    const locks = opened.use(openLocks({ urls: [requiredVariable('TEST_REDIS_URL')], logger: console }));
    await locks.acquire(`turnout:closure:${locked}`, 10_000);

    expect(await close(cancelled)).toMatchObject({ status: 409, body: { code: 'event_cancelled' } });
    expect(await close(running)).toMatchObject({ status: 409, body: { code: 'event_not_ended' } });
    expect(await close(locked)).toMatchObject({ status: 409, body: { code: 'closure_in_progress' } });
    for (const eventId of [cancelled, running, locked]) expect(await runs(kit.db, eventId)).toEqual([]);
  });

  it('lists the runs of an event page by page, the latest first', async () => {
    const eventId = await endedEvent();
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { body } = await close(eventId);
      await finished(body.id);
      ids.unshift(body.id);
    }
    const path = `/v1/events/${eventId}/closure-runs`;
    const first = listOf(closureRun).parse((await call('GET', `${path}?limit=2`, admin)).body);
    const rest = listOf(closureRun).parse(
      (await call('GET', `${path}?limit=2&cursor=${first.nextCursor}`, admin)).body,
    );
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(ids);
    expect(rest.nextCursor).toBeNull();

    const other = await endedEvent();
    const foreign = await call('GET', `/v1/events/${other}/closure-runs?cursor=${first.nextCursor}`, admin);
    expect(foreign).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: [{ path: 'cursor' }] },
    });
  });

  it('answers 404 in the same words for what belongs to another organization and what does not exist', async () => {
    const eventId = await endedEvent();
    const { body } = await close(eventId);
    const other = await givenOrganization(kit.db);
    const scoped = await givenToken(kit.db, kit.organization.id, 'admin', { eventIds: [await endedEvent()] });
    for (const token of [other.tokens.admin, scoped]) {
      for (const [method, here, nowhere] of [
        ['POST', `/v1/events/${eventId}/closure-runs`, `/v1/events/${unknown}/closure-runs`],
        ['GET', `/v1/events/${eventId}/closure-runs`, `/v1/events/${unknown}/closure-runs`],
        ['GET', `/v1/closure-runs/${body.id}`, `/v1/closure-runs/${unknown}`],
      ] as const) {
        const hidden = await call(method, here, token);
        expect(hidden.status).toBe(404);
        expect(hidden.text).toBe((await call(method, nowhere, token)).text);
      }
    }
    expect(await runs(kit.db, eventId)).toHaveLength(1);
  });

  it('hides from others that an event is being closed', async () => {
    const eventId = await endedEvent();
    const locks = opened.use(openLocks({ urls: [requiredVariable('TEST_REDIS_URL')], logger: console }));
    await locks.acquire(`turnout:closure:${eventId}`, 10_000);
    const other = await givenOrganization(kit.db);
    expect((await close(eventId, other.tokens.admin)).status).toBe(404);
  });

  it('lets admins close, admins and auditors read, and nobody else do either', async () => {
    const eventId = await endedEvent();
    const { tokens } = kit.organization;
    const run = await close(eventId);
    const read = [`/v1/events/${eventId}/closure-runs`, `/v1/closure-runs/${run.body.id}`];
    for (const path of read) {
      expect((await call('GET', path, tokens.auditor)).status).toBe(200);
      expect((await call('GET', path, null)).status).toBe(401);
      for (const token of [tokens.front_desk, tokens.supervisor]) {
        expect((await call('GET', path, token)).status).toBe(403);
      }
    }
    for (const token of [tokens.front_desk, tokens.supervisor, tokens.auditor]) {
      expect((await close(eventId, token)).status).toBe(403);
    }
    expect((await close(eventId, null)).status).toBe(401);
  });

  it('refuses ids that are none', async () => {
    expect((await call('GET', '/v1/closure-runs/last', admin)).status).toBe(422);
    expect((await close('latest')).status).toBe(422);
  });

  it('is ready as long as PostgreSQL is', async () => {
    expect(await call('GET', '/readyz', null)).toMatchObject({
      status: 200,
      body: { checks: { postgres: 'ok' } },
    });
  });
});
