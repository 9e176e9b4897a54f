import { findDueEvents } from '@turnout/attendance-store/closing/find-due-events';
import { findWaitingEvents } from '@turnout/attendance-store/closing/find-waiting-events';
import { reportWatermark } from '@turnout/attendance-store/devices/report-watermark';
import { newId } from '@turnout/runtime/ids';
import { type EventFacts, givenEnrollments } from '@turnout/test-kit/given';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { awaitDevices } from '../src/commands/await-devices.ts';
import { closeDueEvents } from '../src/commands/close-due-events.ts';
import { closeEvent } from '../src/commands/close-event.ts';
import { startClosureService } from '../src/service.ts';
import { alwaysYes, type ClosingKit, givenThreeDays, openClosingKit, runs } from './closing-kit.ts';
import { serviceConfig, serviceEnvironment } from './service-config.ts';
import { spawnClosure } from './spawn-closure.ts';

const MINUTE = 60_000;
const ago = (ms: number) => new Date(Date.now() - ms);
/** An event that ended five minutes ago and gives its devices ten. */
const inDeviceGrace = { ends_at: ago(5 * MINUTE), device_grace_minutes: 10 };

describe('an event whose devices still hold scans', () => {
  const opened = new AsyncDisposableStack();
  let kit: ClosingKit;

  beforeAll(async () => {
    kit = opened.use(await openClosingKit());
  });
  afterEach(async () => {
    await kit.db.query('delete from attendance.device_watermarks');
    await closeDueEvents(kit.closure({ locks: alwaysYes }), { trigger: 'schedule' });
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  const given = async (facts: EventFacts = inDeviceGrace) => {
    const eventId = await givenThreeDays(kit, facts);
    await givenEnrollments(kit.db, kit.organization.id, eventId, 1);
    return eventId;
  };
  const report = async (eventId: string, deviceId: string, pendingBefore: Date | null) =>
    await reportWatermark(kit.db, { eventId, deviceId, pendingBefore, ageMs: 0 });
  const close = async () => await closeDueEvents(kit.closure({ locks: alwaysYes }), { trigger: 'schedule' });
  const due = async () => {
    const found = await findDueEvents(kit.db, { after: null, limit: 100 });
    return found.map(({ eventId }) => eventId);
  };
  const waiting = async () => {
    const found = await findWaitingEvents(kit.db, { after: null, limit: 100 });
    return found.map(({ eventId, devices }) => [eventId, devices]);
  };

  it('is closed when the last of them has reported in, and no sooner', async () => {
    const eventId = await given();
    const [one, other] = [newId(), newId()];
    await report(eventId, one, ago(8 * MINUTE));
    await report(eventId, other, ago(6 * MINUTE));
    expect(await waiting()).toEqual([[eventId, 2]]);
    expect(await close()).toMatchObject({ due: 0 });
    await report(eventId, other, null);
    expect(await waiting()).toEqual([[eventId, 1]]);
    expect(await close()).toMatchObject({ due: 0 });
    expect(await runs(kit.db, eventId)).toEqual([]);
    await report(eventId, one, null);
    expect(await waiting()).toEqual([]);
    expect(await close()).toMatchObject({ due: 1, closed: 1 });
  });

  it('is closed without them when their grace is over, also where a device is lost and its token revoked', async () => {
    const [{ token_id: lost } = { token_id: '' }] = await kit.db.query<{ token_id: string }>(
      'update access.tokens set revoked_at = now() where organization_id = $1 returning token_id',
      [kit.organization.id],
    );
    const inGrace = await given();
    const over = await given({ ends_at: ago(11 * MINUTE), device_grace_minutes: 10 });
    for (const eventId of [inGrace, over]) await report(eventId, lost, ago(20 * MINUTE));
    expect(await waiting()).toEqual([[inGrace, 1]]);
    expect(await due()).toEqual([over]);
    expect(await close()).toMatchObject({ due: 1, closed: 1 });
  });

  it('is not waited for without a grace, or where only the devices of another event hold scans', async () => {
    const withoutGrace = await given({ ...inDeviceGrace, device_grace_minutes: 0 });
    const reported = await given();
    const other = await given();
    await report(withoutGrace, newId(), ago(MINUTE));
    await report(reported, newId(), null);
    await report(other, newId(), ago(MINUTE));
    expect((await due()).toSorted()).toEqual([withoutGrace, reported].toSorted());
    expect(await waiting()).toEqual([[other, 1]]);
  });

  it('is not waiting while it has no work: before its end and its other grace, when cancelled, when closed', async () => {
    const facts = [
      { ends_at: ago(-MINUTE), device_grace_minutes: 10 },
      { ...inDeviceGrace, closure_grace_minutes: 6 },
      { ...inDeviceGrace, cancelled_at: new Date(), cancellation_reason: 'storm' },
    ];
    for (const fact of facts) await report(await given(fact), newId(), ago(MINUTE));
    const closed = await given();
    expect(await close()).toMatchObject({ closed: 1 });
    await report(closed, newId(), ago(MINUTE));
    expect(await waiting()).toEqual([]);
    expect(await due()).toEqual([]);
  });

  it('is left alone when a device reports between the look and the run', async () => {
    const eventId = await given();
    const closure = kit.closure({ locks: alwaysYes });
    await report(eventId, newId(), ago(MINUTE));
    expect(await closeEvent(closure, { eventId, trigger: 'schedule', onlyIfDue: true })).toEqual({
      outcome: 'refused',
      refusal: { code: 'not_due' },
    });
    expect(await runs(kit.db, eventId)).toEqual([]);
  });

  it('is closed at once when somebody asks for it by name', async () => {
    for (const trigger of ['command', 'request'] as const) {
      const eventId = await given();
      await report(eventId, newId(), ago(MINUTE));
      const closure = kit.closure({ locks: alwaysYes });
      expect(await closeEvent(closure, { eventId, trigger, onlyIfDue: false })).toMatchObject({
        outcome: 'closed',
      });
    }
  });

  it('is told in the log, and found page by page with the time that is left', async () => {
    const eventIds: string[] = [];
    const ends_at = ago(5 * MINUTE);
    for (let count = 0; count < 3; count += 1) eventIds.push(await given({ ...inDeviceGrace, ends_at }));
    for (const eventId of eventIds) await report(eventId, newId(), ago(MINUTE));
    kit.logged.length = 0;
    const found = await awaitDevices(kit.closure({ locks: alwaysYes }));
    expect(found.map(({ eventId }) => eventId)).toEqual(eventIds.toSorted());
    for (const { waitsUntil, waitsForMs } of found) {
      expect(waitsUntil).toEqual(new Date(ends_at.getTime() + 10 * MINUTE));
      expect(Math.abs(waitsForMs - (waitsUntil.getTime() - Date.now()))).toBeLessThan(30_000);
    }
    expect(kit.logged).toMatchObject([
      { level: 'info', waiting: 3, msg: 'closure waits for devices that still hold scans' },
    ]);
    const first = await findWaitingEvents(kit.db, { after: null, limit: 2 });
    const rest = await findWaitingEvents(kit.db, { after: first[1]?.eventId ?? null, limit: 2 });
    expect([...first, ...rest].map(({ eventId }) => eventId)).toEqual(eventIds.toSorted());
  });

  it('is named by the command that closes what is due', async () => {
    const waits = await given();
    await given({ ends_at: ago(MINUTE) });
    await report(waits, newId(), ago(MINUTE));
    const config = serviceConfig({ kit, amqpUrl: 'amqp://127.0.0.1' });
    const { LOG_LEVEL: _, ...environment } = serviceEnvironment(config);
    await using command = spawnClosure('cli.ts', environment, ['--due']);
    expect(await command.exited).toBe(0);
    expect(command.stdout()).toBe('Closed 1 of 1 due event. 1 event waits for devices, see above.\n');
    expect(command.stderr()).toMatch(
      new RegExp(
        `event ${waits} waits for 1 device that still holds scans, until \\d{4}-.*Z; run the command with its id`,
      ),
    );
  });

  it('is closed by the service as soon as its grace ends, ahead of the next time of the schedule', async () => {
    const eventId = await given({ ends_at: ago(MINUTE - 2_000), device_grace_minutes: 1 });
    await report(eventId, newId(), ago(MINUTE));
    const { amqpUrl } = opened.use(await createTestVhost());
    await using service = await startClosureService(serviceConfig({ kit, amqpUrl, schedule: '0 0 29 2 *' }));
    expect(service.url).toContain('http');
    await waitUntil(async () => (await runs(kit.db, eventId)).length > 0);
    const began = await kit.db.query(
      `select r.trigger, r.started_at > e.ends_at + interval '1 minute' as after_grace
       from attendance.closure_runs r join attendance.events e using (event_id) where e.event_id = $1`,
      [eventId],
    );
    expect(began).toEqual([{ trigger: 'schedule', after_grace: true }]);
  });
});
