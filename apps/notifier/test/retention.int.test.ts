import { newId } from '@turnout/runtime/ids';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { runRetention } from '../src/retention/run-retention.ts';
import { startNotifier } from '../src/service.ts';
import { attendedEvent } from './support/events.ts';
import { openPostOffice, type PostOffice, silent } from './support/post-office.ts';

/** As the daily run does it, as if so many days had passed for all that is stored. */
async function forgetAfter({ database, db }: PostOffice, days: number) {
  const ago = `interval '${days} days'`;
  await db.query(`update notifier.inbox set received_at = received_at - ${ago}`);
  await db.query(`update notifier.dead_letters set died_at = died_at - ${ago}`);
  await using role = openTestDb(database.urlFor('notifier'), 1);
  const config = { messagesDays: 120, deadLettersDays: 90 };
  return await runRetention({ db: role, config, stopping: new AbortController().signal, logger: silent });
}

describe('what was received long ago', () => {
  it('is forgotten, and told to nobody when it comes again', async () => {
    await using office = await openPostOffice();
    const old = attendedEvent(await office.person());
    const young = { ...attendedEvent(await office.person()), time: new Date().toISOString() };
    await using _notifier = await startNotifier(office.config);
    await office.publish([{ ...old, time: new Date(Date.now() - 121 * 86_400_000).toISOString() }]);
    await waitUntil(async () => (await office.deliveries())[0]?.status === 'sent');

    expect(await forgetAfter(office, 119)).toEqual({ messages: 0, letters: 0 });
    expect(await office.inboxSize()).toBe(1);
    expect(await forgetAfter(office, 2)).toEqual({ messages: 1, letters: 0 });
    expect(await office.inboxSize()).toBe(0);
    expect(await office.deliveries()).toEqual([]);

    await office.publish([{ ...old, time: new Date(Date.now() - 121 * 86_400_000).toISOString() }, young]);
    await waitUntil(() => office.mailbox.messages().length === 2);
    const told = office.mailbox.messages().map(({ headers }) => headers['x-turnout-message-id']);
    expect(told).toEqual([old.id, young.id]);
    expect(await office.inboxSize()).toBe(1);
  });

  it('is kept while something of it is pending, or lies among the dead letters', async () => {
    await using office = await openPostOffice();
    const { organization, eventId, db } = office;
    const ids = [newId(), newId(), newId()];
    for (const [index, status] of ['pending', 'failed', 'failed'].entries()) {
      const messageId = ids[index];
      await db.query(
        `insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id)
         values ($1, 'turnout.participant.attended.v1', $2, $3, $1)`,
        [messageId, organization.id, eventId],
      );
      await db.query(
        `insert into notifier.deliveries
           (delivery_id, message_id, organization_id, event_id, enrollment_id, channel, template, status)
         values ($1, $1, $2, $3, $1, 'email', 'you-attended', $4)`,
        [messageId, organization.id, eventId, status],
      );
    }
    await db.query(
      `insert into notifier.dead_letters (letter_id, source, identity, reason, attempts, body)
       values ($1, 'delivery', $1::uuid::text, 'refused', 5, 'x')`,
      [ids[1]],
    );
    expect(await forgetAfter(office, 500)).toEqual({ messages: 1, letters: 1 });
    const kept = await office.deliveries();
    expect(kept.map(({ message_id }) => message_id)).toEqual([ids[0], ids[1]]);
    const [letter] = await db.query('select status, body from notifier.dead_letters');
    expect(letter).toEqual({ status: 'dead', body: null });
  });

  it('is found by its key, however much else was received', async () => {
    await using database = await createTestDatabase();
    await using db = openTestDb(database.url, 1);
    await db.query(`
      insert into notifier.inbox (message_id, type, organization_id, event_id, subject_id, received_at)
      select gen_random_uuid(), 'turnout.participant.attended.v1', gen_random_uuid(), gen_random_uuid(),
        gen_random_uuid(), now() - interval '200 days'
      from generate_series(1, 3000)`);
    await db.query(`
      insert into notifier.deliveries
        (delivery_id, message_id, organization_id, event_id, enrollment_id, channel, template, status)
      select gen_random_uuid(), message_id, organization_id, event_id, subject_id, 'email', 'you-attended', 'failed'
      from notifier.inbox`);
    await db.query('analyze');
    await db.transaction(async (tx) => {
      await tx.query(`select notifier.forget(now() - interval '100 days', 5)`);
      const [read] = await tx.query<{ whole: number; by_key: number; gone: number }>(
        `select seq_scan as whole, idx_tup_fetch as by_key, n_tup_del as gone
         from pg_stat_xact_user_tables where relid = 'notifier.deliveries'::regclass`,
      );
      expect(read).toMatchObject({ whole: 0, gone: 5 });
      expect(read?.by_key).toBeLessThan(100);
    });
  });

  it('cannot be forgotten sooner, nor by any other way', async () => {
    await using office = await openPostOffice();
    await using role = openTestDb(office.database.urlFor('notifier'), 1);
    await expect(role.query(`select notifier.forget(now() - interval '89 days', 1)`)).rejects.toThrow(
      /remembered for 90 days/,
    );
    await expect(role.query('delete from notifier.inbox')).rejects.toThrow(/permission denied/);
  });
});

describe('a person who is erased', () => {
  it('gets no mail any more, which is nobody`s failure', async () => {
    await using office = await openPostOffice();
    const [erased, other] = await office.people(2);
    if (!erased || !other) throw new Error('nobody was enrolled');
    await office.db.query(
      `update attendance.participants set name = '(erased)', email = '', erased_at = now()
       where participant_id = (select participant_id from attendance.enrollments where enrollment_id = $1)`,
      [erased.enrollmentId],
    );
    await using _notifier = await startNotifier(office.config);
    await office.publish([attendedEvent(erased), attendedEvent(other)]);
    const settled = async () => (await office.deliveries()).filter(({ status }) => status !== 'pending');
    await waitUntil(async () => (await settled()).length === 2);
    expect(office.mailbox.messages()).toHaveLength(1);
    expect(await office.deliveries()).toMatchObject([
      { enrollment_id: erased.enrollmentId, status: 'failed', last_error: 'the person was erased' },
      { enrollment_id: other.enrollmentId, status: 'sent' },
    ]);
    expect(await office.db.query('select 1 from notifier.dead_letters')).toEqual([]);
    expect(await office.db.query('select 1 from notifier.alerts')).toEqual([]);
  });
});
