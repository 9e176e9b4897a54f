import { startProxy } from '@turnout/test-kit/start-proxy';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { attendedEvent } from './support/events.ts';
import { type NotifierProcess, startNotifierProcess } from './support/notifier-process.ts';
import { countBy, openPostOffice, type PostOffice, shuffled } from './support/post-office.ts';

/** Each event has one inbox row and one delivery, and nothing else has any. */
async function expectOneEffectEach(office: PostOffice, ids: readonly string[]): Promise<void> {
  const deliveries = await office.deliveries();
  expect(deliveries.map(({ message_id }) => message_id).toSorted()).toEqual([...ids].toSorted());
  expect(await office.inboxSize()).toBe(ids.length);
}

describe.concurrent('an event has its effect exactly once', () => {
  it('when each message is delivered ten times, shuffled over two notifiers: one delivery, one mail', async () => {
    await using office = await openPostOffice();
    const events = (await office.people(100)).map((person) => attendedEvent(person));
    await using _first = await startNotifier(office.config);
    await using _second = await startNotifier(office.config);
    await office.publish(shuffled(events.flatMap((event) => Array(10).fill(event) as object[])));
    await waitUntil(() => office.mailbox.messages().length >= events.length);
    await waitUntil(async () => (await office.deliveries()).every(({ status }) => status === 'sent'));

    await expectOneEffectEach(
      office,
      events.map(({ id }) => id),
    );
    const mails = countBy(office.mailbox.messages(), ({ headers }) => headers['x-turnout-message-id'] ?? '');
    expect([...mails.keys()].toSorted()).toEqual(events.map(({ id }) => id).toSorted());
    expect([...new Set(mails.values())]).toEqual([1]);
  });

  it('when it arrives again after it was handled', async () => {
    await using office = await openPostOffice();
    const person = await office.person();
    const event = attendedEvent(person);
    const marker = attendedEvent(person);
    await using _notifier = await startNotifier(office.config);
    await office.publish([event]);
    await waitUntil(() => office.mailbox.messages().length === 1);
    await office.publish([event, { ...event, id: event.id.toUpperCase() }, marker]);
    await waitUntil(() => office.mailbox.messages().length === 2);
    await expectOneEffectEach(office, [event.id, marker.id]);
  });

  it('when the notifier is killed between its commit and its acknowledgements', async () => {
    await using office = await openPostOffice();
    await using broker = await startProxy(office.vhost.amqpUrl);
    const events = (await office.people(50)).map((person) => attendedEvent(person));
    const environment = { ...office.environment, AMQP_URL: broker.url, LOG_LEVEL: 'debug' };
    {
      await using doomed = startNotifierProcess(environment);
      await isReady(doomed);
      // Its transaction waits for this lock; meanwhile its way to the broker is cut without its knowing.
      await office.db.transaction(async (tx) => {
        await tx.query('lock table notifier.inbox in access exclusive mode');
        await office.publish(events);
        await waitUntil(() => waitsForLock(office));
        broker.blackhole();
      });
      await waitUntil(async () => (await office.inboxSize()) === events.length);
      doomed.signal('SIGKILL');
      await doomed.exited;
    }
    broker.cut();
    broker.heal();
    await using survivor = startNotifierProcess(environment);
    const received = () => storedBatches(survivor).reduce((sum, batch) => sum + batch.received, 0);
    await waitUntil(() => received() === events.length);
    expect(storedBatches(survivor).map((batch) => batch.new)).toEqual(storedBatches(survivor).map(() => 0));
    await expectOneEffectEach(
      office,
      events.map(({ id }) => id),
    );
  });

  it('when the notifier is killed at any moment, again and again', async () => {
    await using office = await openPostOffice();
    const person = await office.person();
    const published: string[] = [];
    for (let kill = 0; kill < 5; kill += 1) {
      const events = Array.from({ length: 400 }, () => attendedEvent(person));
      await using notifier = startNotifierProcess(office.environment);
      await notifier.ready;
      const before = await office.inboxSize();
      const publishing = office.publish(events);
      await waitUntil(async () => (await office.inboxSize()) > before, { every: 1 });
      notifier.signal('SIGKILL');
      await publishing;
      published.push(...events.map(({ id }) => id));
    }
    await using notifier = startNotifierProcess(office.environment);
    await notifier.ready;
    await waitUntil(async () => (await office.inboxSize()) === published.length);
    expect(await office.deadMessages()).toEqual([]);
    await expectOneEffectEach(office, published);
  });
});

async function isReady(notifier: NotifierProcess): Promise<void> {
  const url = await notifier.ready;
  await waitUntil(async () => (await fetch(`${url}/readyz`)).ok);
}

async function waitsForLock({ db }: PostOffice): Promise<boolean> {
  const waiting = await db.query(
    `select pid from pg_stat_activity
     where datname = current_database() and application_name = 'notifier' and wait_event_type = 'Lock'`,
  );
  return waiting.length > 0;
}

function storedBatches({ lines }: NotifierProcess): { received: number; new: number }[] {
  return lines
    .map((line) => JSON.parse(line) as { msg: string; received: number; new: number })
    .filter(({ msg }) => msg === 'events stored');
}
