import { deliveryAttemptBody, deliveryBody } from '@turnout/contracts/http/deliveries';
import { listOf } from '@turnout/contracts/http/pagination';
import { newId } from '@turnout/runtime/ids';
import { givenOrganization, givenToken } from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { clientOf } from './support/client.ts';
import { attendedEvent } from './support/events.ts';
import { startReceiver } from './support/receiver.ts';
import { openWebhookOffice, type WebhookOffice } from './support/webhook-office.ts';

async function sentOne(office: WebhookOffice): Promise<string> {
  await office.publish([attendedEvent(await office.person())]);
  const row = await waitUntil(async () => (await office.webhooks()).find(({ status }) => status === 'sent'));
  return row.delivery_id;
}

const attemptsOf = async (office: WebhookOffice, id: string) => {
  const { body } = await office.admin('GET', `/v1/deliveries/${id}/attempts`);
  return listOf(deliveryAttemptBody).parse(body).items;
};

describe.concurrent('what was sent to an endpoint', () => {
  it('is listed by endpoint, channel and status, with what was answered', async () => {
    await using office = await openWebhookOffice();
    await using other = await startReceiver();
    const { id } = await office.endpoint();
    await office.endpoint({ url: other.url });
    office.receiver.answerWith((response) => response.writeHead(500).end());
    await office.publish([attendedEvent(await office.person())]);
    await waitUntil(async () => (await office.webhooks()).some(({ refused }) => refused === 1));
    await waitUntil(
      async () => (await office.deliveries()).filter(({ status }) => status === 'sent').length === 2,
    );
    const list = async (query: string) => {
      const { body } = await office.admin('GET', `/v1/deliveries${query}`);
      return listOf(deliveryBody).parse(body).items;
    };
    expect(await list('')).toHaveLength(3);
    expect(await list('?channel=webhook')).toHaveLength(2);
    expect(await list('?channel=webhook&status=sent')).toMatchObject([{ lastStatusCode: 204 }]);
    expect(await list(`?endpointId=${id.toUpperCase()}`)).toMatchObject([
      {
        channel: 'webhook',
        type: 'turnout.participant.attended.v1',
        template: null,
        endpointId: id,
        status: 'pending',
        attempts: 1,
        lastError: 'the endpoint answered 500',
        lastStatusCode: 500,
      },
    ]);
    expect(await list('?channel=email')).toMatchObject([{ endpointId: null, template: 'you-attended' }]);
    expect(await list(`?endpointId=${newId()}`)).toEqual([]);
    expect((await office.admin('GET', '/v1/deliveries?channel=pigeon')).status).toBe(422);
  });

  it('has each attempt with time, status and error, in pages, and nothing of the answer', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    let calls = 0;
    office.receiver.answerWith((response) => {
      calls += 1;
      response.writeHead(calls === 3 ? 200 : 500, 'Ada Lovelace').end('ada@example.org');
    });
    await office.publish([attendedEvent(await office.person())]);
    await waitUntil(async () => {
      await office.hurry();
      return (await office.webhooks())[0]?.status === 'sent';
    });
    const [row] = await office.webhooks();
    const attempts = await attemptsOf(office, row?.delivery_id ?? '');
    expect(attempts).toMatchObject([
      { attempt: 3, statusCode: 200, error: null, requestedBy: null },
      { attempt: 2, statusCode: 500, error: 'the endpoint answered 500' },
      { attempt: 1, statusCode: 500, error: 'the endpoint answered 500' },
    ]);
    expect(JSON.stringify(attempts)).not.toMatch(/ada/i);
    const route = `/v1/deliveries/${row?.delivery_id}/attempts`;
    const { body } = await office.admin('GET', `${route}?limit=2`);
    expect(body.items).toEqual(attempts.slice(0, 2));
    const rest = await office.admin('GET', `${route}?cursor=${body.nextCursor}`);
    expect(rest.body).toEqual({ items: attempts.slice(2), nextCursor: null });
  });
});

describe.concurrent('a redelivery', () => {
  it('sends the same message again, says who asked for it, and is refused while it is under way', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    const id = await sentOne(office);
    const held = Promise.withResolvers<void>();
    office.receiver.answerWith((response) => void held.promise.then(() => response.writeHead(200).end()));
    const answer = await office.admin('POST', `/v1/deliveries/${id}/redelivery`);
    expect(answer.status).toBe(202);
    expect(deliveryBody.parse(answer.body)).toMatchObject({ id, status: 'pending', sentAt: null });
    const again = await office.admin('POST', `/v1/deliveries/${id}/redelivery`, {});
    expect(again.body).toMatchObject({ status: 409, code: 'delivery_pending' });
    held.resolve();
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'sent');

    const [first, second] = office.receiver.received;
    expect(office.receiver.received).toHaveLength(2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toEqual(first?.body);
    const tokenId = office.organization.tokens.admin.split('_')[1];
    const [latest, earliest] = await attemptsOf(office, id);
    expect(latest?.requestedBy?.replaceAll('-', '')).toBe(tokenId);
    expect(earliest?.requestedBy).toBeNull();
    expect(
      await office.db.query(
        `select a.action, a.subject_id as id, a.cause from access.actions a
         join notifier.deliveries d on d.delivery_id = a.subject_id and d.event_id = a.event_id
         where a.organization_id = $1 and a.action like 'delivery.%'`,
        [office.organization.id],
      ),
    ).toEqual([{ action: 'delivery.redelivered', id, cause: answer.headers.get('x-request-id') }]);
  });

  it('of one that has failed has all its tries again', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    const id = await sentOne(office);
    await office.db.query(
      `update notifier.deliveries set status = 'failed', sent_at = null, refused = 10, attempts = 10 where delivery_id = $1`,
      [id],
    );
    office.receiver.answerWith((response) => response.writeHead(500).end());
    expect((await office.admin('POST', `/v1/deliveries/${id}/redelivery`)).status).toBe(202);
    await waitUntil(async () => (await office.webhooks())[0]?.refused === 1);
    expect(await office.webhooks()).toMatchObject([{ status: 'pending', attempts: 11 }]);
  });

  it('is not for mails, for endpoints that take nothing, or for messages that are not kept', async () => {
    await using office = await openWebhookOffice();
    const { id: endpointId } = await office.endpoint();
    const id = await sentOne(office);
    const mail = (await office.deliveries()).find(({ channel }) => channel === 'email');
    const redeliver = async (deliveryId?: string) =>
      (await office.admin('POST', `/v1/deliveries/${deliveryId}/redelivery`)).body;
    expect(await redeliver(mail?.delivery_id)).toMatchObject({ status: 409, code: 'not_a_webhook_delivery' });
    const attempts = await office.admin('GET', `/v1/deliveries/${mail?.delivery_id}/attempts`);
    expect(attempts.body).toMatchObject({ status: 409, code: 'not_a_webhook_delivery' });

    await office.admin('PATCH', `/v1/webhook-endpoints/${endpointId}`, { enabled: false });
    expect(await redeliver(id)).toMatchObject({ status: 409, code: 'webhook_endpoint_disabled' });
    await office.admin('PATCH', `/v1/webhook-endpoints/${endpointId}`, { enabled: true });

    await office.db.query(
      `update notifier.webhook_bodies set created_at = now() - interval '30 days 1 minute'`,
    );
    await waitUntil(async () => (await office.db.query('select from notifier.webhook_bodies')).length === 0);
    expect(await redeliver(id)).toMatchObject({ status: 409, code: 'message_not_kept' });
    await office.admin('DELETE', `/v1/webhook-endpoints/${endpointId}`);
    expect(await redeliver(id)).toMatchObject({ status: 409, code: 'webhook_endpoint_disabled' });
    expect(office.receiver.received).toHaveLength(1);
  });

  it('is for admins; what is not theirs to see does not exist for them', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    const id = await sentOne(office);
    const { tokens, id: organizationId } = office.organization;
    const routes = [
      ['POST', 'redelivery'],
      ['GET', 'attempts'],
    ] as const;
    const elsewhere = await givenToken(office.db, organizationId, 'admin', { eventIds: [newId()] });
    const here = await givenToken(office.db, organizationId, 'admin', { eventIds: [office.eventId] });
    const stranger = (await givenOrganization(office.db)).tokens.admin;
    for (const [method, what] of routes) {
      for (const token of [elsewhere, stranger]) {
        const client = clientOf(office.url, token);
        const { status, body } = await client(method, `/v1/deliveries/${id}/${what}`);
        const missing = await client(method, `/v1/deliveries/${newId()}/${what}`);
        expect(status).toBe(404);
        expect({ ...body, requestId: '' }).toEqual({ ...missing.body, requestId: '' });
      }
      for (const role of ['front_desk', 'supervisor'] as const) {
        const { status } = await clientOf(office.url, tokens[role])(method, `/v1/deliveries/${id}/${what}`);
        expect(status).toBe(403);
      }
    }
    const auditor = clientOf(office.url, tokens.auditor);
    expect((await auditor('GET', `/v1/deliveries/${id}/attempts`)).status).toBe(200);
    expect((await auditor('POST', `/v1/deliveries/${id}/redelivery`)).status).toBe(403);
    expect(office.receiver.received).toHaveLength(1);
    expect((await clientOf(office.url, here)('POST', `/v1/deliveries/${id}/redelivery`)).status).toBe(202);
    await waitUntil(() => office.receiver.received.length === 2);
  });
});
