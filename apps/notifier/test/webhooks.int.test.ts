import { givenEvent, givenOrganization } from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { clientOf } from './support/client.ts';
import { attendedEvent, closedEvent } from './support/events.ts';
import { startNotifierProcess } from './support/notifier-process.ts';
import { countBy, openPostOffice, shuffled } from './support/post-office.ts';
import { type Received, startReceiver, verify } from './support/receiver.ts';
import { openWebhookOffice } from './support/webhook-office.ts';

const idOf = ({ headers }: Received) => String(headers['webhook-id']);

describe.concurrent('a public event', () => {
  it('reaches an endpoint byte for byte, signed, in addition to the mail', async () => {
    await using office = await openWebhookOffice();
    const { secret } = await office.endpoint();
    const person = await office.person();
    const event = attendedEvent(person);
    const text = ` ${JSON.stringify({ ...event, later: 'Żaneta 王 \u2028 1.0' }, null, 3)}\n`;
    await office.publish([text]);
    await waitUntil(() => office.receiver.received.length === 1);
    await waitUntil(() => office.mailbox.messages().length === 1);

    const [received] = office.receiver.received as [Received];
    expect(received.body.toString()).toBe(text);
    expect(received).toMatchObject({ method: 'POST', path: '/hooks?of=us' });
    expect(received.headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      'webhook-id': event.id,
      'user-agent': 'Turnout-Webhooks',
    });
    expect(received.headers).not.toHaveProperty('traceparent');
    expect(verify(received, secret)).toMatchObject({ id: event.id, later: 'Żaneta 王 \u2028 1.0' });
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'sent');
    expect(await office.webhooks()).toMatchObject([
      { enrollment_id: person.enrollmentId, attempts: 1, last_status_code: 204, last_error: null },
    ]);
  });

  it('reaches the endpoints that want its type, of its organization only', async () => {
    await using office = await openWebhookOffice();
    await using theirs = await startReceiver();
    await using closings = await startReceiver();
    const other = await givenOrganization(office.db);
    await clientOf(office.url, other.tokens.admin)('POST', '/v1/webhook-endpoints', { url: theirs.url });
    await office.endpoint();
    await office.endpoint({ url: closings.url, eventTypes: ['turnout.event.closed.v1'] });
    const attended = attendedEvent(await office.person());
    const closed = closedEvent({ organizationId: office.organization.id, eventId: office.eventId });
    const their = closedEvent({ organizationId: other.id, eventId: await givenEvent(office.db, other.id) });
    await office.publish([attended, closed, their]);

    await waitUntil(() => office.receiver.received.length === 2);
    await waitUntil(() => closings.received.length === 1 && theirs.received.length === 1);
    await waitUntil(async () => (await office.webhooks()).every(({ status }) => status === 'sent'));
    expect(office.receiver.received.map(idOf).toSorted()).toEqual([attended.id, closed.id].toSorted());
    expect(closings.received.map(idOf)).toEqual([closed.id]);
    expect(theirs.received.map(idOf)).toEqual([their.id]);
    const ofClosing = (await office.webhooks()).filter(({ message_id }) => message_id === closed.id);
    expect(ofClosing.map(({ enrollment_id }) => enrollment_id)).toEqual([null, null]);
  });

  it('is kept for endpoints only where one wants it, and once for all of them', async () => {
    await using office = await openWebhookOffice();
    await using second = await startReceiver();
    const bodies = () => office.db.query('select message_id from notifier.webhook_bodies');
    await office.publish([attendedEvent(await office.person())]);
    await waitUntil(() => office.mailbox.messages().length === 1);
    expect(await bodies()).toEqual([]);
    expect(await office.webhooks()).toEqual([]);
    await office.endpoint();
    await office.endpoint({ url: second.url });
    const event = attendedEvent(await office.person());
    await office.publish([event]);
    await waitUntil(() => office.receiver.received.length + second.received.length === 2);
    expect(await bodies()).toEqual([{ message_id: event.id }]);
  });

  it('is not told to an endpoint that was disabled or deleted before it', async () => {
    await using office = await openWebhookOffice();
    await using second = await startReceiver();
    await using third = await startReceiver();
    const disabled = await office.endpoint();
    const deleted = await office.endpoint({ url: second.url });
    await office.endpoint({ url: third.url });
    await office.admin('PATCH', `/v1/webhook-endpoints/${disabled.id}`, { enabled: false });
    await office.admin('DELETE', `/v1/webhook-endpoints/${deleted.id}`);
    await office.publish([attendedEvent(await office.person())]);
    await waitUntil(() => third.received.length === 1);
    expect(await office.webhooks()).toHaveLength(1);
    expect([office.receiver.received, second.received]).toEqual([[], []]);
  });
});

describe.concurrent('each event is sent to each endpoint once', () => {
  it('when each message is delivered five times, shuffled over two notifiers', async () => {
    await using office = await openWebhookOffice();
    await using _second = await startNotifier(office.config);
    await using other = await startReceiver();
    await office.endpoint();
    await office.endpoint({ url: other.url });
    const events = (await office.people(60)).map((person) => attendedEvent(person));
    await office.publish(shuffled(events.flatMap((event) => Array(5).fill(event) as object[])));
    await waitUntil(async () => {
      const rows = await office.webhooks();
      return rows.length === 120 && rows.every(({ status }) => status === 'sent');
    });
    const ids = events.map(({ id }) => id).toSorted();
    for (const { received } of [office.receiver, other]) {
      const counts = countBy(received, idOf);
      expect([...counts.keys()].toSorted()).toEqual(ids);
      expect([...new Set(counts.values())]).toEqual([1]);
    }
  });

  it('and again after a notifier was killed while it waited for the answer, with the same id', async () => {
    await using office = await openPostOffice();
    await using receiver = await startReceiver();
    const event = attendedEvent(await office.person());
    {
      await using doomed = startNotifierProcess(office.environment);
      const url = await doomed.ready;
      const admin = clientOf(url, office.organization.tokens.admin);
      await admin('POST', '/v1/webhook-endpoints', { url: receiver.url });
      receiver.answerWith(() => undefined);
      await office.publish([event]);
      await waitUntil(() => receiver.received.length === 1);
      doomed.signal('SIGKILL');
      await doomed.exited;
    }
    receiver.answerWith((response) => response.writeHead(200).end());
    await using survivor = startNotifierProcess(office.environment);
    await survivor.ready;
    await waitUntil(() => receiver.received.length === 2);
    expect(receiver.received.map(idOf)).toEqual([event.id, event.id]);
    await waitUntil(
      async () => (await office.deliveries()).find(({ endpoint_id }) => endpoint_id)?.status === 'sent',
    );
  });

  it('and what is under way is written before a notifier stops', async () => {
    await using office = await openPostOffice();
    await using receiver = await startReceiver();
    const notifier = await startNotifier(office.config);
    const admin = clientOf(notifier.url, office.organization.tokens.admin);
    await admin('POST', '/v1/webhook-endpoints', { url: receiver.url });
    const held = Promise.withResolvers<void>();
    receiver.answerWith((response) => void held.promise.then(() => response.writeHead(200).end()));
    await office.publish([attendedEvent(await office.person())]);
    await waitUntil(() => receiver.received.length === 1);
    const stopped = notifier[Symbol.asyncDispose]();
    held.resolve();
    await stopped;
    const webhooks = (await office.deliveries()).filter(({ channel }) => channel === 'webhook');
    expect(webhooks).toMatchObject([{ status: 'sent', attempts: 1 }]);
  });
});

describe.concurrent('without a key for secrets', () => {
  it('mails go out, no endpoint can be made, and what one is owed waits for the key', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    await using closing = await openPostOffice();
    await using keyless = await startNotifier({
      ...closing.config,
      webhooks: { ...closing.config.webhooks, secretsKey: null },
    });
    const admin = clientOf(keyless.url, closing.organization.tokens.admin);
    const refused = await admin('POST', '/v1/webhook-endpoints', { url: office.receiver.url });
    expect(refused.body).toMatchObject({ status: 409, code: 'webhooks_not_configured' });
    expect(refused.body.detail).toContain('WEBHOOK_SECRETS_KEY');
    await closing.publish([attendedEvent(await closing.person())]);
    await waitUntil(() => closing.mailbox.messages().length === 1);
    expect((await fetch(`${keyless.url}/readyz`)).status).toBe(200);
  });

  it('or with another one, nothing is sent unsigned, and a rotated secret signs again', async () => {
    await using office = await openWebhookOffice();
    const { id } = await office.endpoint();
    await office.db.query(`update notifier.webhook_secrets set sealed = decode(repeat('00', 80), 'hex')`);
    await office.publish([attendedEvent(await office.person())]);
    const [waiting] = await waitUntil(async () => {
      const rows = await office.webhooks();
      return rows[0]?.last_error ? rows : null;
    });
    expect(waiting).toMatchObject({ status: 'pending', refused: 0 });
    expect(waiting?.last_error).toContain('WEBHOOK_SECRETS_KEY');
    expect(office.receiver.received).toEqual([]);
    const { body } = await office.admin('POST', `/v1/webhook-endpoints/${id}/secret-rotation`);
    await office.db.query('update notifier.deliveries set next_attempt_at = now()');
    await waitUntil(() => office.receiver.received.length === 1);
    expect(() => verify(office.receiver.received[0] as Received, body.secret)).not.toThrow();
  });
});
