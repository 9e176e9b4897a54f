import { eventsExchange, notifierQueue } from '@turnout/contracts/topology';
import { startProxy } from '@turnout/test-kit/start-proxy';
import { callManagement } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { attendedEvent, type Subject } from './support/events.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

const allSent = (office: PostOffice, count: number) => async () => {
  const deliveries = await office.deliveries();
  return deliveries.length === count && deliveries.every(({ status }) => status === 'sent');
};

describe.concurrent('a mail server that is away', () => {
  it('makes deliveries wait; they are sent when it is back, however often it was tried', async () => {
    await using office = await openPostOffice();
    await using smtp = await startProxy(office.mailbox.smtpUrl);
    const people = await office.people(30);
    const email = { ...office.config.email, smtpUrl: smtp.url };
    smtp.cut();
    await using notifier = await startNotifier({ ...office.config, email });
    await office.publish(people.map((person) => attendedEvent(person)));
    const waiting = await waitUntil(async () => {
      const tried = (await office.deliveries()).filter(({ last_error }) => last_error !== null);
      return tried.reduce((sum, { attempts }) => sum + attempts, 0) >= 3 && tried;
    });
    for (const { status, refused, last_error } of waiting) {
      expect({ status, refused }).toEqual({ status: 'pending', refused: 0 });
      expect(last_error).toMatch(
        /^the (connection to the mail server was lost|mail server could not be reached)/,
      );
    }
    const ready = await fetch(`${notifier.url}/readyz`);
    expect(ready.status).toBe(200);

    smtp.heal();
    await waitUntil(allSent(office, people.length));
    expect(office.mailbox.messages()).toHaveLength(people.length);
  });

  it('does not hold a delivery for ever when it accepts connections and then says nothing', async () => {
    await using office = await openPostOffice();
    await using smtp = await startProxy(office.mailbox.smtpUrl);
    const person = await office.person();
    const email = { ...office.config.email, smtpUrl: smtp.url, timeoutMs: 1_500 };
    smtp.blackhole();
    await using _notifier = await startNotifier({ ...office.config, email });
    await office.publish([attendedEvent(person)]);
    await waitUntil(async () => (await office.deliveries())[0]?.last_error?.includes('in time'));
    smtp.heal();
    await waitUntil(allSent(office, 1));
    expect(office.mailbox.messages()).toHaveLength(1);
  });

  it('that refuses a mail for now gets it again later', async () => {
    await using office = await openPostOffice();
    const person = await office.person();
    office.mailbox.refuseNext(1);
    await using _notifier = await startNotifier(office.config);
    await office.publish([attendedEvent(person)]);
    await waitUntil(allSent(office, 1));
    expect(await office.deliveries()).toMatchObject([
      { attempts: 2, refused: 1, last_error: 'the mail server refused the message (451)' },
    ]);
  });

  it('that refuses a mail five times has refused it', async () => {
    await using office = await openPostOffice();
    await using _notifier = await startNotifier(office.config);
    office.mailbox.refuseNext(1_000);
    await office.publish([attendedEvent(await office.person())]);
    // The pauses are too long for a test: each is made to be over.
    await waitUntil(async () => {
      await office.db.query(
        `update notifier.deliveries set next_attempt_at = now() where status = 'pending' and last_error is not null
           and refused = attempts`,
      );
      return (await office.deliveries())[0]?.status === 'failed';
    });
    expect(await office.deliveries()).toMatchObject([{ attempts: 5, refused: 5 }]);
    office.mailbox.refuseNext(0);
    await office.publish([attendedEvent(await office.person())]);
    await waitUntil(async () => (await office.deliveries())[1]?.status === 'sent');
    expect(await office.deliveries()).toMatchObject([{ status: 'failed', attempts: 5 }, { status: 'sent' }]);
    expect(office.mailbox.messages()).toHaveLength(1);
  });
});

describe.concurrent('a database that is away', () => {
  it.each(['cut', 'blackhole', 'loseAnswers'] as const)(
    'makes messages wait, and none is lost or sent twice (%s)',
    async (fault) => {
      await using office = await openPostOffice();
      await using postgres = await startProxy(office.config.database.url);
      const people = await office.people(40);
      const database = { ...office.config.database, url: postgres.url };
      await using notifier = await startNotifier({ ...office.config, database });
      const readiness = async () => (await fetch(`${notifier.url}/readyz`)).status;
      await waitUntil(async () => (await readiness()) === 200);

      postgres[fault]();
      await office.publish(people.map((person) => attendedEvent(person)));
      await waitUntil(async () => (await readiness()) === 503, { every: 200 });
      expect(await office.deadMessages()).toEqual([]);

      postgres.heal();
      await waitUntil(allSent(office, people.length));
      expect(office.mailbox.messages()).toHaveLength(people.length);
      expect(await office.deadMessages()).toEqual([]);
    },
  );
});

describe.concurrent('a broker that is away', () => {
  it('makes the notifier not ready, until it is back', async () => {
    await using office = await openPostOffice();
    await using rabbitmq = await startProxy(office.vhost.amqpUrl);
    rabbitmq.cut();
    const person = await office.person();
    await using notifier = await startNotifier({ ...office.config, amqpUrl: rabbitmq.url });
    const answer = await fetch(`${notifier.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      ready: false,
      checks: { postgres: 'ok', rabbitmq: 'unavailable' },
    });
    await office.publish([attendedEvent(person)]);
    rabbitmq.heal();
    await waitUntil(() => office.mailbox.messages().length === 1);
  });
});

describe.concurrent('a queue that is deleted while it is consumed', () => {
  it('is made again by the notifier, and what comes after that is told', async () => {
    await using office = await openPostOffice();
    const [before, after] = await office.people(2);
    await using notifier = await startNotifier(office.config);
    const readiness = async () => (await fetch(`${notifier.url}/readyz`)).status;
    await office.publish([attendedEvent(before as Subject)]);
    await waitUntil(allSent(office, 1));

    await callManagement('DELETE', `/api/queues/${office.vhost.name}/${notifierQueue}`);
    const bindings = `/api/queues/${office.vhost.name}/${notifierQueue}/bindings`;
    const sources = async () => (await callManagement('GET', bindings)) as { source: string }[];
    await waitUntil(async () => (await sources()).some(({ source }) => source === eventsExchange));
    await waitUntil(async () => (await readiness()) === 200);
    await office.publish([attendedEvent(after as Subject)]);
    await waitUntil(allSent(office, 2));
    expect(office.mailbox.messages()).toHaveLength(2);
  });
});

describe.concurrent('a pool of one connection', () => {
  it('is enough: no transaction waits for a second one', async () => {
    await using office = await openPostOffice();
    const people = await office.people(50);
    const database = { ...office.config.database, max: 1 };
    await using notifier = await startNotifier({ ...office.config, database });
    await office.publish(people.map((person) => attendedEvent(person)));
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        fetch(`${notifier.url}/v1/deliveries`, {
          headers: { authorization: `Bearer ${office.organization.tokens.admin}` },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    await waitUntil(allSent(office, people.length));
  });
});
