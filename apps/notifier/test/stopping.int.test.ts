import { startProxy } from '@turnout/test-kit/start-proxy';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { attendedEvent } from './support/events.ts';
import { startNotifierProcess } from './support/notifier-process.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

const PEOPLE = 400;

/** A notifier, with each of its servers behind something that can be slow or stop to answer. */
async function startBehindProxies(office: PostOffice) {
  await using opening = new AsyncDisposableStack();
  const { DATABASE_URL = '', AMQP_URL = '', SMTP_URL = '' } = office.environment;
  const servers = {
    PostgreSQL: opening.use(await startProxy(DATABASE_URL)),
    RabbitMQ: opening.use(await startProxy(AMQP_URL)),
    'the mail server': opening.use(await startProxy(SMTP_URL)),
  };
  const notifier = opening.use(
    startNotifierProcess({
      ...office.environment,
      DATABASE_URL: servers.PostgreSQL.url,
      AMQP_URL: servers.RabbitMQ.url,
      SMTP_URL: servers['the mail server'].url,
    }),
  );
  await notifier.ready;
  const started = opening.move();
  return { notifier, servers, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

const underWay = async (office: PostOffice) =>
  (await office.deliveries()).filter(({ attempts }) => attempts > 0);

describe.concurrent('a notifier that owes mails and is told to stop', () => {
  it('waits for those that a slow mail server has not taken yet, and nobody hears anything twice', async () => {
    await using office = await openPostOffice();
    await using running = await startBehindProxies(office);
    // A mail takes six round trips: longer than four seconds in all.
    running.servers['the mail server'].delay(350);
    await office.publish((await office.people(3)).map((person) => attendedEvent(person)));
    await waitUntil(async () => (await underWay(office)).length > 0);
    running.notifier.signal('SIGTERM');
    expect(await running.notifier.exited).toBe(0);
    const tried = await underWay(office);
    expect(tried.map(({ status, attempts }) => [status, attempts])).toEqual(tried.map(() => ['sent', 1]));
    expect(office.mailbox.messages()).toHaveLength(tried.length);
  });

  it.each([[['PostgreSQL']], [['the mail server']], [['RabbitMQ', 'the mail server']]] as const)(
    'exits 0 while %s stand still, and loses none',
    async (names) => {
      await using office = await openPostOffice();
      await using running = await startBehindProxies(office);
      running.servers['the mail server'].delay(100);
      await office.publish((await office.people(20)).map((person) => attendedEvent(person)));
      await waitUntil(async () => (await office.deliveries()).length === 20);
      await waitUntil(async () => (await underWay(office)).length > 0);
      for (const name of names) running.servers[name].blackhole();
      running.notifier.signal('SIGTERM');
      expect(await running.notifier.exited).toBe(0);
      const deliveries = await office.deliveries();
      expect(deliveries).toHaveLength(20);
      const owed = deliveries.filter(({ status }) => status === 'pending');
      expect(owed.length).toBeGreaterThan(0);
      const cutOff = owed.filter(({ last_error }) => last_error?.includes('the notifier was stopped'));
      expect(cutOff.length > 0).toBe(names.includes('the mail server' as never));
    },
  );
});

describe('a notifier that is told to stop in the middle of its work', () => {
  it('finishes what it has begun and exits 0, and the next one sends the rest: nobody hears anything twice', async () => {
    await using office = await openPostOffice();
    const people = await office.people(PEOPLE);
    const environment = { ...office.environment, MAILS_PER_SECOND: '1000' };
    await using first = startNotifierProcess(environment);
    await first.ready;
    await office.publish(people.map((person) => attendedEvent(person)));
    await waitUntil(() => office.mailbox.messages().length > 5, { every: 2 });
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(first.lines.at(-1)).toContain('"msg":"stopped"');
    const statuses = (await office.deliveries()).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'sent')).toHaveLength(office.mailbox.messages().length);
    expect(office.mailbox.messages().length).toBeLessThan(PEOPLE);

    await using second = startNotifierProcess(environment);
    await waitUntil(async () => {
      const deliveries = await office.deliveries();
      return deliveries.length === PEOPLE && deliveries.every(({ status }) => status === 'sent');
    });
    expect(office.mailbox.messages()).toHaveLength(PEOPLE);
    second.signal('SIGTERM');
    expect(await second.exited).toBe(0);
    expect(await office.deadMessages()).toEqual([]);
  });
});
