import { createServer } from 'node:http';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { attendedEvent } from './support/events.ts';
import { startReceiver } from './support/receiver.ts';
import { openWebhookOffice, type WebhookOffice } from './support/webhook-office.ts';

/** How long a busy machine may take to write down what it has heard. */
const LATE_SECONDS = 60;

async function publishOne(office: WebhookOffice): Promise<string> {
  const event = attendedEvent(await office.person());
  await office.publish([event]);
  return event.id;
}

/** Waits until the only delivery has been tried so many times and nothing is under way. */
async function tried(office: WebhookOffice, attempts: number) {
  return await waitUntil(async () => {
    const [row] = await office.webhooks();
    return row?.refused === attempts ? row : null;
  });
}

describe.concurrent('an endpoint that says no', () => {
  it('is asked again, with the same id and a new timestamp, until it says yes', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    office.receiver.answerWith((response) => response.writeHead(500).end('ada@example.org'));
    const id = await publishOne(office);
    const row = await tried(office, 1);
    expect(row).toMatchObject({ status: 'pending', last_status_code: 500 });
    expect(row.last_error).toBe('the endpoint answered 500');
    const pause = await office.pauseSeconds();
    expect(pause).toBeGreaterThan(4.49);
    expect(pause).toBeLessThan(5.5 + LATE_SECONDS);
    office.receiver.answerWith((response) => response.writeHead(200).end());
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'sent');
    const { received } = office.receiver;
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    const [first, second] = received.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(4);
  });

  it('ten times has refused it', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    office.receiver.answerWith((response) => response.writeHead(400).end());
    await publishOne(office);
    await waitUntil(async () => {
      await office.hurry();
      return (await office.webhooks())[0]?.status === 'failed';
    });
    expect(await office.webhooks()).toMatchObject([{ attempts: 10, refused: 10, last_status_code: 400 }]);
    expect(office.receiver.received).toHaveLength(10);
  });

  it('ten times has made a dead letter, which is not dead any more when its delivery is sent again', async () => {
    await using office = await openWebhookOffice();
    const { id: endpointId } = await office.endpoint();
    office.receiver.answerWith((response) => response.writeHead(400).end());
    const messageId = await publishOne(office);
    await waitUntil(async () => {
      await office.hurry();
      return (await office.webhooks())[0]?.status === 'failed';
    });
    const letters = async () => (await office.admin('GET', '/v1/dead-letters')).body.items;
    const [delivery] = await office.webhooks();
    expect(await letters()).toMatchObject([
      { source: 'delivery', status: 'dead', messageId, deliveryId: delivery?.delivery_id, attempts: 10 },
    ]);
    const [letter] = await letters();

    await office.admin('PATCH', `/v1/webhook-endpoints/${endpointId}`, { enabled: false });
    const refused = await office.admin('POST', `/v1/dead-letters/${letter.id}/replay`);
    expect(refused.body).toMatchObject({ status: 409, code: 'webhook_endpoint_disabled' });
    await office.admin('PATCH', `/v1/webhook-endpoints/${endpointId}`, { enabled: true });

    office.receiver.answerWith((response) => response.writeHead(200).end());
    await office.admin('POST', `/v1/deliveries/${delivery?.delivery_id}/redelivery`);
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'sent');
    const { body: story } = await office.admin('GET', `/v1/dead-letters/${letter.id}`);
    expect(story).toMatchObject({
      status: 'replayed',
      actions: [{ action: 'replayed' }],
    });
  });

  it.each([
    [429, '120', 120],
    [503, '7200', 7_200],
    [503, '99999999', 21_600],
    [500, '7200', 4.5],
  ])('%i with Retry-After: %s is asked again after %d seconds', async (status, header, least) => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    office.receiver.answerWith((response) => response.writeHead(status, { 'retry-after': header }).end());
    await publishOne(office);
    await tried(office, 1);
    const pause = await office.pauseSeconds();
    expect(pause).toBeGreaterThan(least - 0.01); // attempts are written down in whole milliseconds
    expect(pause).toBeLessThan(least + 1 + LATE_SECONDS);
    // Whoever asks for patience gets it for everything, for an hour at most.
    const [endpoint] = await office.db.query<{ quiet: number }>(
      `select greatest(0, extract(epoch from quiet_until - clock_timestamp()))::float as quiet
         from notifier.webhook_endpoints`,
    );
    expect(endpoint?.quiet).toBeLessThanOrEqual(status === 500 ? 0 : Math.min(Number(header), 3_600));
    if (status !== 500)
      expect(endpoint?.quiet).toBeGreaterThan(Math.min(Number(header), 3_600) - LATE_SECONDS);
  });

  it('410 is disabled, and is owed nothing from then on', async () => {
    await using office = await openWebhookOffice();
    const { id } = await office.endpoint();
    office.receiver.answerWith((response) => response.writeHead(410).end());
    await publishOne(office);
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'failed');
    const { body } = await office.admin('GET', `/v1/webhook-endpoints/${id}`);
    expect(body).toMatchObject({ enabled: false, disabledBecause: 'gone' });
    await publishOne(office);
    await waitUntil(() => office.mailbox.messages().length === 2);
    expect(await office.webhooks()).toHaveLength(1);
    expect(office.receiver.received).toHaveLength(1);
  });

  it('410 for a URL that was changed meanwhile says nothing about the new one', async () => {
    await using office = await openWebhookOffice();
    await using moved = await startReceiver();
    const { id } = await office.endpoint();
    const held = Promise.withResolvers<void>();
    office.receiver.answerWith((response) => void held.promise.then(() => response.writeHead(410).end()));
    await publishOne(office);
    await waitUntil(() => office.receiver.received.length === 1);
    await office.admin('PATCH', `/v1/webhook-endpoints/${id}`, { url: moved.url });
    held.resolve();
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'failed');
    const { body } = await office.admin('GET', `/v1/webhook-endpoints/${id}`);
    expect(body).toMatchObject({ enabled: true, failingSince: null });
    await publishOne(office);
    await waitUntil(() => moved.received.length === 1);
  });

  it('with a redirect has said no, and where it points is not called', async () => {
    await using office = await openWebhookOffice();
    await using elsewhere = await startReceiver();
    await office.endpoint();
    office.receiver.answerWith((response) => response.writeHead(307, { location: elsewhere.url }).end());
    await publishOne(office);
    const row = await tried(office, 1);
    expect(row.last_error).toBe('the endpoint answered 307: redirects are not followed');
    expect(elsewhere.connections).toBe(0);
  });
});

describe.concurrent('an endpoint that answers as nobody should', () => {
  it('never is cut off in time', async () => {
    await using office = await openWebhookOffice({ timeoutMs: 300 });
    await office.endpoint();
    office.receiver.answerWith(() => undefined);
    await publishOne(office);
    const row = await tried(office, 1);
    expect(row).toMatchObject({ last_status_code: null, last_error: 'the endpoint did not answer in time' });
  });

  it('one byte of a header at a time is cut off in time', async () => {
    await using office = await openWebhookOffice({ timeoutMs: 500 });
    await office.endpoint();
    const timers: NodeJS.Timeout[] = [];
    office.receiver.answerWith((response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\nx-slow: ');
      timers.push(setInterval(() => response.socket?.write('x'), 50));
    });
    await publishOne(office);
    const row = await tried(office, 1);
    for (const timer of timers) clearInterval(timer);
    expect(row.last_error).toBe('the endpoint did not answer in time');
  });

  it('with headers without end is cut off', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    office.receiver.answerWith((response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      response.socket?.write(`x-large: ${'x'.repeat(1_000_000)}\r\n`);
    });
    await publishOne(office);
    const row = await tried(office, 1);
    expect(row.last_error).toBe('the endpoint did not answer with HTTP');
  });

  it('yes, and then a gigabyte, has said yes, and is read no further than a little', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    const gigabyte = 1_000_000_000;
    let written = 0;
    const cut = Promise.withResolvers<void>();
    office.receiver.answerWith((response) => {
      response.writeHead(200, { 'content-length': gigabyte });
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = () => {
        while (!response.destroyed && written < gigabyte) {
          written += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on('drain', more);
      response.on('close', () => cut.resolve());
      more();
    });
    await publishOne(office);
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'sent');
    await cut.promise;
    expect(written).toBeLessThan(20_000_000);
  });

  it('yes, and then drips, has said yes; the connection is given up', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    const closed = Promise.withResolvers<void>();
    office.receiver.answerWith((response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 50);
      response.on('close', () => {
        clearInterval(timer);
        closed.resolve();
      });
    });
    await publishOne(office);
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'sent');
    await closed.promise; // it would go on for ever
  });

  it('something that is not HTTP, or hangs up, is asked again', async () => {
    await using office = await openWebhookOffice();
    await office.endpoint();
    office.receiver.answerWith((response) => void response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await publishOne(office);
    expect((await tried(office, 1)).last_error).toBe('the endpoint did not answer with HTTP');
    office.receiver.answerWith((response) => void response.socket?.destroy());
    await office.hurry();
    expect((await tried(office, 2)).last_error).toBe('the connection to the endpoint was lost');
  });

  it('and one that nobody listens at is asked again', async () => {
    await using office = await openWebhookOffice();
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    await office.endpoint({ url: `http://127.0.0.1:${port}/` });
    await publishOne(office);
    expect((await tried(office, 1)).last_error).toBe('the endpoint could not be reached');
  });
});

describe.concurrent('an endpoint that is away', () => {
  it('holds up neither mails nor other endpoints', async () => {
    await using office = await openWebhookOffice();
    await using quick = await startReceiver();
    await office.endpoint();
    await office.endpoint({ url: quick.url });
    office.receiver.answerWith(() => undefined);
    const events = (await office.people(100)).map((person) => attendedEvent(person));
    await office.publish(events);
    const sent = async () => (await office.webhooks()).filter(({ status }) => status === 'sent').length;
    await waitUntil(async () => (await sent()) === 100);
    await waitUntil(() => office.mailbox.messages().length === 100);
    expect(quick.received).toHaveLength(100);
    // It has one call under way once it has failed, of the eight it began with.
    expect(await sent()).toBe(100);
    expect(office.receiver.received.length).toBeLessThan(30);
  });

  it('or slow has one place, and gets its messages all the same', async () => {
    await using office = await openWebhookOffice({ timeoutMs: 10_000 });
    await using quick = await startReceiver();
    const { id } = await office.endpoint();
    await office.endpoint({ url: quick.url });
    let atOnce = 0;
    let most = 0;
    office.receiver.answerWith((response) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      setTimeout(() => {
        atOnce -= 1;
        response.writeHead(200).end();
      }, 2_200);
    });
    await office.publish([attendedEvent(await office.person())]);
    const sentTo = async (endpoint: string) =>
      (await office.webhooks()).filter(
        ({ endpoint_id, status }) => endpoint_id === endpoint && status === 'sent',
      ).length;
    await waitUntil(async () => (await sentTo(id)) === 1);
    most = 0;
    await office.publish((await office.people(30)).map((person) => attendedEvent(person)));
    await waitUntil(() => quick.received.length === 31);
    await waitUntil(async () => (await sentTo(id)) >= 2);
    expect(most).toBe(1);
  });

  it('and slow as well is asked again, and gets its message when it is back', async () => {
    await using office = await openWebhookOffice({ timeoutMs: 10_000 });
    await office.endpoint();
    office.receiver.answerWith((response) => void setTimeout(() => response.writeHead(500).end(), 2_200));
    await publishOne(office);
    await tried(office, 1);
    office.receiver.answerWith((response) => response.writeHead(200).end());
    await office.hurry();
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'sent');
  });

  it('is left alone longer and longer, and gets all when it is back', async () => {
    await using office = await openWebhookOffice();
    const { id } = await office.endpoint();
    office.receiver.answerWith((response) => response.writeHead(502).end());
    await office.publish((await office.people(40)).map((person) => attendedEvent(person)));
    await waitUntil(async () => {
      const [row] = await office.db.query<{ quiet: number }>(
        `select extract(epoch from quiet_until - clock_timestamp())::float as quiet
           from notifier.webhook_endpoints where failures >= 5`,
      );
      return row && row.quiet > 2;
    });
    expect(office.receiver.received.length).toBeLessThan(20);
    const { body } = await office.admin('GET', `/v1/webhook-endpoints/${id}`);
    expect(body).toMatchObject({ enabled: true, failingSince: expect.any(String) });

    office.receiver.answerWith((response) => response.writeHead(200).end());
    await waitUntil(async () => {
      await office.hurry();
      return (await office.webhooks()).every(({ status }) => status === 'sent');
    });
    expect((await office.admin('GET', `/v1/webhook-endpoints/${id}`)).body.failingSince).toBeNull();
    const counts = await office.db.query('select failures from notifier.webhook_endpoints');
    expect(counts).toEqual([{ failures: 0 }]);
  });

  it('for five days is disabled, what it is owed fails, and an admin can enable it again', async () => {
    await using office = await openWebhookOffice();
    const { id } = await office.endpoint();
    office.receiver.answerWith((response) => response.writeHead(500).end());
    await publishOne(office);
    await tried(office, 1);
    await office.db.query(
      `update notifier.webhook_endpoints set failing_since = now() - interval '5 days 1 minute'`,
    );
    await office.hurry();
    await tried(office, 2);
    const { body } = await office.admin('GET', `/v1/webhook-endpoints/${id}`);
    expect(body).toMatchObject({ enabled: false, disabledBecause: 'failing' });
    await office.hurry();
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'failed');
    expect(await office.webhooks()).toMatchObject([{ attempts: 2, last_error: 'the endpoint is disabled' }]);

    office.receiver.answerWith((response) => response.writeHead(200).end());
    const enabled = await office.admin('PATCH', `/v1/webhook-endpoints/${id}`, { enabled: true });
    expect(enabled.body).toMatchObject({ enabled: true, disabledBecause: null, failingSince: null });
    await publishOne(office);
    await waitUntil(() => office.receiver.received.length === 3);
  });

  it('when it is deleted, is owed nothing more', async () => {
    await using office = await openWebhookOffice();
    const { id } = await office.endpoint();
    office.receiver.answerWith((response) => response.writeHead(500).end());
    await publishOne(office);
    await tried(office, 1);
    expect((await office.admin('DELETE', `/v1/webhook-endpoints/${id}`)).status).toBe(204);
    await waitUntil(async () => (await office.webhooks())[0]?.status === 'failed');
    expect(await office.webhooks()).toMatchObject([{ attempts: 1, last_error: 'the endpoint was deleted' }]);
    const left = await office.db.query('select from notifier.webhook_secrets');
    expect(left).toHaveLength(0);
  });
});
