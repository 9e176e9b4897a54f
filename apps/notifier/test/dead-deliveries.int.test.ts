import { newId } from '@turnout/runtime/ids';
import { createLogger } from '@turnout/runtime/logger';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { anybody, attendedEvent } from './support/events.ts';
import { lettersApi } from './support/letters-api.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

/** The pauses between attempts are too long for a test: each is made to be over. */
async function untilFailed(office: PostOffice): Promise<void> {
  await waitUntil(async () => {
    await office.db.query(
      `update notifier.deliveries set next_attempt_at = now() where status = 'pending' and refused > 0`,
    );
    return (await office.deliveries())[0]?.status === 'failed';
  });
}

describe.concurrent('a delivery that was refused for good', () => {
  it('is a dead letter in the same moment, and has all its attempts again when it is replayed', async () => {
    await using office = await openPostOffice();
    await using notifier = await startNotifier(office.config);
    const api = lettersApi(notifier.url, office.organization.tokens.admin);
    office.mailbox.refuseNext(1_000);
    const event = attendedEvent(await office.person());
    await office.publish([event]);
    await untilFailed(office);
    const [delivery] = await office.deliveries();
    const [letter, ...more] = await api.list();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      source: 'delivery',
      status: 'dead',
      reason: 'refused',
      organizationId: office.organization.id,
      eventId: office.eventId,
      messageId: event.id,
      type: event.type,
      deliveryId: delivery?.delivery_id,
      attempts: 5,
      bytes: null,
    });
    expect(letter?.detail).toContain('The mail server refused the message (451)');
    expect(JSON.stringify(letter)).not.toMatch(/@/);
    const id = letter?.id ?? '';

    expect(await api.replay(id)).toMatchObject({ status: 200, body: { status: 'replayed' } });
    await untilFailed(office);
    expect(await office.deliveries()).toMatchObject([{ attempts: 10, refused: 5 }]);
    expect((await api.show(id)).body).toMatchObject({ status: 'dead', deaths: 2, attempts: 10 });

    office.mailbox.refuseNext(0);
    const answers = await Promise.all([api.replay(id), api.replay(id)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await waitUntil(async () => (await office.deliveries())[0]?.status === 'sent');
    expect(office.mailbox.messages()).toHaveLength(1);
    expect((await api.show(id)).body).toMatchObject({ status: 'replayed', replays: 2 });
  });

  it('to nobody that we know is a letter of the operator', async () => {
    await using office = await openPostOffice();
    const operator = { organization: office.organization.slug, email: null };
    await using notifier = await startNotifier({ ...office.config, operator });
    await office.publish([attendedEvent(anybody())]);
    const api = lettersApi(notifier.url, office.organization.tokens.admin);
    await waitUntil(async () => (await api.list()).length === 1);
    expect(await api.list()).toMatchObject([{ organizationId: null, eventId: null, attempts: 1 }]);
  });
});

describe.concurrent('a message that no queue took', () => {
  async function putAside({ db, organization, eventId }: PostOffice, messageId = newId()): Promise<string> {
    const body = attendedEvent(
      { organizationId: organization.id, eventId, enrollmentId: newId() },
      { id: messageId },
    );
    await db.query(
      `insert into outbox.dead (sequence, message_id, partition, partition_key, routing_key, content_type, headers, body,
         attempts, created_at, reason)
       values (1, $1, abs(hashtextextended($2, 0) % 16), $2::uuid, $3, 'application/cloudevents+json', '{}', $4, 10,
         clock_timestamp(), 'returned as unroutable 10 times')`,
      [messageId, eventId, body.type, JSON.stringify(body)],
    );
    return messageId;
  }
  const waiting = ({ db }: PostOffice) =>
    db.query('select message_id, partition, partition_key, attempts, body from outbox.messages');

  it('is listed once by two notifiers, and goes back to those to be published when it is replayed', async () => {
    await using office = await openPostOffice();
    const messageId = await putAside(office);
    const [before] = await office.db.query('select partition, partition_key, body from outbox.dead');
    await using one = await startNotifier(office.config);
    await using two = await startNotifier(office.config);
    const [api, second] = [one, two].map(({ url }) => lettersApi(url, office.organization.tokens.admin));
    if (!api || !second) throw new Error('two notifiers were started');
    await waitUntil(async () => (await api.list()).length > 0);
    const items = await api.list();
    expect(items).toMatchObject([
      {
        source: 'outbox',
        reason: 'unroutable',
        messageId,
        organizationId: office.organization.id,
        eventId: office.eventId,
        attempts: 10,
      },
    ]);
    const id = items[0]?.id ?? '';
    const answers = await Promise.all([api.replay(id), second.replay(id), api.replay(id)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await waiting(office)).toEqual([{ ...before, message_id: messageId, attempts: 0 }]);
    expect(await office.db.query('select from outbox.dead')).toEqual([]);
    expect((await api.show(id)).body.actions).toHaveLength(1);

    await office.db.query('delete from outbox.messages');
    await putAside(office, messageId);
    await waitUntil(async () => (await api.show(id)).body.status === 'dead');
    expect(await api.list()).toMatchObject([{ id, deaths: 2, replays: 1 }]);
  });

  it('stays where it is when its letter is dropped', async () => {
    await using office = await openPostOffice();
    await putAside(office);
    await using notifier = await startNotifier(office.config);
    const api = lettersApi(notifier.url, office.organization.tokens.admin);
    const [letter] = await waitUntil(async () => {
      const found = await api.list();
      return found.length > 0 && found;
    });
    expect((await api.drop(letter?.id ?? '', 'nobody needs it')).status).toBe(200);
    await putAside(office);
    await waitUntil(async () => (await api.list()).length === 2);
    expect(await api.list('&status=dropped')).toHaveLength(1);
    expect(await waiting(office)).toEqual([]);
  });
});

describe.concurrent('mails', () => {
  it('go out no faster than configured, and all of them do', async () => {
    await using office = await openPostOffice();
    const people = await office.people(12);
    await using _notifier = await startNotifier({ ...office.config, mailsPerSecond: 4 });
    const began = Date.now();
    await office.publish(people.map((person) => attendedEvent(person)));
    await waitUntil(() => office.mailbox.messages().length === people.length);
    const times = office.mailbox.messages().map(({ receivedAt }) => new Date(receivedAt).getTime());
    // Four at once, and eight more at four a second.
    expect(Math.max(...times) - began).toBeGreaterThan(1_700);
  });

  it('that wait for a mail server which is not configured any more are counted at start', async () => {
    await using office = await openPostOffice();
    const people = await office.people(3);
    {
      const nowhere = { ...office.config.email, smtpUrl: 'smtp://127.0.0.1:1' };
      await using _notifier = await startNotifier({ ...office.config, email: nowhere });
      await office.publish(people.map((person) => attendedEvent(person)));
      await waitUntil(async () => (await office.deliveries()).length === 3);
    }
    const lines: string[] = [];
    const logger = createLogger({ name: 'notifier', destination: { write: (line) => lines.push(line) } });
    await using _later = await startNotifier({ ...office.config, email: null }, logger);
    const told = lines.map((line) => JSON.parse(line)).filter(({ waiting }) => waiting !== undefined);
    expect(told).toMatchObject([{ channel: 'email', waiting: 3, level: 'warn' }]);
  });
});
