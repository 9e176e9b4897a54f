import { newId } from '@turnout/runtime/ids';
import type { Db, Tx } from '@turnout/runtime/postgres';
import { givenEnrollments, givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { isAnyoneWaiting } from '@turnout/test-kit/is-anyone-waiting';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findOpenCorrections } from '../src/correcting/find-open-corrections.ts';
import { judgeAgain } from '../src/correcting/judge-again.ts';
import { orderCorrection } from '../src/correcting/order-correction.ts';
import {
  type ChangedEvent,
  changeEvent as changeIn,
  type EventChanges,
  type EventDecision,
  type EventState,
} from '../src/events/change-event.ts';

let database: TestDatabase;
let owner: Db;
let db: Db;
let organizationId: string;
let eventId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = openTestDb(database.url, 2);
  db = openTestDb(database.urlFor('admin'), 2);
  organizationId = (await givenOrganization(owner)).id;
});
beforeEach(async () => {
  eventId = await givenEvent(owner, organizationId);
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await owner[Symbol.asyncDispose]();
  await database.drop();
});

const changeEvent = async (
  event: { organizationId: string; eventId: string },
  options: { askForCheckIns: boolean },
  decide: (state: EventState) => EventDecision<string>,
): Promise<ChangedEvent<string> | null> =>
  await db.transaction(async (tx) => await changeIn(tx, event, options, decide));
const change = (changes: EventChanges, askForCheckIns = false) =>
  changeEvent({ organizationId, eventId }, { askForCheckIns }, () => ({
    outcome: 'change',
    changes,
  }));

describe('changing an event', () => {
  it('waits for a batch of a closure, which judges by one set of rules', async () => {
    let changing: ReturnType<typeof change> | undefined;
    let isChanged = false;
    await owner.transaction(async (tx) => {
      await tx.query('select 1 from attendance.events where event_id = $1 for share', [eventId]);
      changing = change({ requirement: { type: 'all_days' } });
      void changing.then(() => {
        isChanged = true;
      });
      await waitUntil(() => isAnyoneWaiting(owner));
      expect(isChanged).toBe(false);
    });
    expect(await changing).toMatchObject({
      outcome: 'changed',
      event: { requirement: { type: 'all_days' } },
    });
  });

  it('is decided by what the event is when the wait is over', async () => {
    let changing: Promise<unknown> | undefined;
    await owner.transaction(async (tx) => {
      await tx.query(`update attendance.events set name = 'renamed' where event_id = $1`, [eventId]);
      changing = changeEvent({ organizationId, eventId }, { askForCheckIns: false }, ({ event }) => ({
        outcome: 'refused',
        refusal: event.name,
      }));
      await waitUntil(() => isAnyoneWaiting(owner));
    });
    expect(await changing).toEqual({ outcome: 'refused', refusal: 'renamed' });
  });

  it('gives the decision the closure, and the check-ins if it asks for them', async () => {
    const states: EventState[] = [];
    const look = async (askForCheckIns: boolean) =>
      await changeEvent({ organizationId, eventId }, { askForCheckIns }, (state) => {
        states.push(state);
        return { outcome: 'refused', refusal: 'just looking' };
      });
    expect(await look(false)).toEqual({ outcome: 'refused', refusal: 'just looking' });
    await look(true);
    await owner.query('update attendance.events set closure_epoch = 3 where event_id = $1', [eventId]);
    await look(false);
    await givenEnrollments(owner, organizationId, eventId, 2);
    await look(false);
    await owner.query(
      `update attendance.enrollments set status = 'no_show', verdict_by = 'rule' where event_id = $1`,
      [eventId],
    );
    await look(false);
    await owner.query(
      'update attendance.events set closed_epoch = 3, closed_at = now() where event_id = $1',
      [eventId],
    );
    await look(false);
    expect(
      states.map(({ hasCheckIns, halfClosed, event }) => [hasCheckIns, halfClosed, event.closedAt]),
    ).toEqual([
      [null, false, null],
      [false, false, null],
      [null, false, null],
      [null, false, null],
      [null, true, null],
      [null, false, expect.any(Date)],
    ]);
    const [clock] = await owner.query<{ now: Date }>('select clock_timestamp() as now');
    for (const { now } of states)
      expect(Math.abs(now.getTime() - (clock?.now.getTime() ?? 0))).toBeLessThan(30_000);
  });

  it('never waits in a circle with the judging of an earlier correction', async () => {
    await givenEnrollments(owner, organizationId, eventId, 2);
    const context = { actor: { type: 'system', id: 'test' }, cause: 'test' } as const;
    const order = (tx: Tx) => orderCorrection(tx, { id: eventId, organizationId }, 'one day less', context);
    await owner.transaction(async (tx) => order(tx));
    const [open] = await findOpenCorrections(owner, { exceptEvents: [], limit: 1 });
    if (!open) throw new Error('no correction was ordered');
    await db.transaction(async (tx) => {
      // Holds all enrollments, and has still to end the earlier correction.
      await changeIn(tx, { organizationId, eventId }, { askForCheckIns: true }, () => ({
        outcome: 'change',
        changes: { timeZone: 'Europe/Paris' },
      }));
      expect(await judgeAgain(owner, open, 10)).toBeNull();
      order(tx);
    });
    const [next] = await findOpenCorrections(owner, { exceptEvents: [], limit: 1 });
    if (!next) throw new Error('the later correction is gone');
    expect(next.id).not.toBe(open.id);
    expect(await judgeAgain(owner, next, 10)).toMatchObject({ done: true });
  });

  it('changes nothing when the decision throws', async () => {
    const failing = changeEvent({ organizationId, eventId }, { askForCheckIns: true }, () => {
      throw new Error('a fault');
    });
    await expect(failing).rejects.toThrow('a fault');
    expect(await change({ name: 'afterwards' })).toMatchObject({ event: { name: 'afterwards' } });
  });

  it('finds no event of another organization', async () => {
    const other = { organizationId: newId(), eventId };
    expect(
      await changeEvent(other, { askForCheckIns: false }, () => ({ outcome: 'change', changes: {} })),
    ).toBeNull();
  });
});
