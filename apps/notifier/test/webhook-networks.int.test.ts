import { publicLookup } from '@turnout/runtime/public-lookup';
import { startNameServer } from '@turnout/test-kit/start-name-server';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWebhookCaller } from '../src/channels/webhook.ts';
import { startNotifier } from '../src/service.ts';
import { clientOf } from './support/client.ts';
import { attendedEvent } from './support/events.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';
import { type Receiver, startReceiver } from './support/receiver.ts';

const never = new AbortController().signal;
const call = (url: string) => ({ url, headers: {}, body: Buffer.from('{}') });

describe('a name is looked up where it is connected to', () => {
  let target: Receiver;
  let port: string;
  beforeAll(async () => {
    target = await startReceiver();
    port = new URL(target.url).port;
  });
  afterAll(() => target[Symbol.asyncDispose]());

  it.each([
    ['this machine', ['127.0.0.1']],
    ['a private network', ['10.0.0.7']],
    ['the place where clouds keep credentials', ['169.254.169.254']],
    ['a public address and this machine', ['1.1.1.1', '127.0.0.1']],
    ['this machine and a public address', ['127.0.0.1', '1.1.1.1']],
  ])('and is not called when it leads to %s', async (_where, addresses) => {
    await using names = await startNameServer(() => addresses);
    const lookup = publicLookup(names.resolver);
    using caller = openWebhookCaller({ networks: 'public', timeoutMs: 2_000, lookup });
    const answer = await caller.call(call(`https://hooks.example.org:${port}/`), never);
    expect(answer).toEqual({ statusCode: null, error: 'the endpoint is not at a public address' });
    expect(names.questions).toBeGreaterThan(0);
    expect(target.connections).toBe(0);
  });

  it('once for each connection, which goes to just what was answered', async () => {
    await using names = await startNameServer(() => ['1.1.1.1']);
    const found = await new Promise((resolve, reject) => {
      publicLookup(names.resolver)('hooks.example.org', { all: true }, (error, addresses) =>
        error ? reject(error) : resolve(addresses),
      );
    });
    expect(found).toEqual([{ address: '1.1.1.1', family: 4 }]);
    expect(names.questions).toBe(1);
  });

  it('and nothing is called when it does not exist, or nobody answers', async () => {
    await using names = await startNameServer(() => []);
    const lookup = publicLookup(names.resolver);
    using caller = openWebhookCaller({ networks: 'public', timeoutMs: 2_000, lookup });
    const answer = await caller.call(call('https://nowhere.example.org/'), never);
    expect(answer).toEqual({ statusCode: null, error: 'the name of the endpoint could not be resolved' });
  });

  it.each(['https://127.0.0.1', 'https://[::1]', 'https://[::ffff:127.0.0.1]', 'http://127.0.0.1'])(
    'and an address that is not public is not called, whatever let it in: %s',
    async (origin) => {
      using caller = openWebhookCaller({ networks: 'public', timeoutMs: 2_000 });
      const answer = await caller.call(call(`${origin}:${port}/`), never);
      expect(answer).toEqual({ statusCode: null, error: 'the endpoint is not at a public address' });
      expect(target.connections).toBe(0);
    },
  );
});

describe('a notifier that calls public networks only', () => {
  let office: PostOffice;
  let receiver: Receiver;
  const opened = new AsyncDisposableStack();
  let url: string;
  beforeAll(async () => {
    office = opened.use(await openPostOffice());
    receiver = opened.use(await startReceiver());
    const webhooks = { ...office.config.webhooks, networks: 'public' as const };
    url = opened.use(await startNotifier({ ...office.config, webhooks })).url;
  });
  afterAll(() => opened.disposeAsync());

  it.each([
    ['http://example.org/', 'must begin with https://'],
    ['https://127.1/', 'must lead to a public address'],
    ['https://[::ffff:7f00:1]/', 'must lead to a public address'],
    ['https://2130706433/', 'must lead to a public address'],
    ['https://localhost/', 'must lead to a public address'],
    ['https://example.org:22/', 'must have no port, 443, or one from 1024 on'],
  ])('takes no endpoint at %s', async (endpointUrl, message) => {
    const admin = clientOf(url, office.organization.tokens.admin);
    const made = await admin('POST', '/v1/webhook-endpoints', { url: 'https://example.org/changed' });
    const id = made.status === 201 ? made.body.id : (await firstEndpoint(admin)).id;
    for (const answer of [
      await admin('POST', '/v1/webhook-endpoints', { url: endpointUrl }),
      await admin('PATCH', `/v1/webhook-endpoints/${id}`, { url: endpointUrl }),
    ]) {
      expect(answer.body).toMatchObject({ status: 422, errors: [{ path: 'url', message }] });
    }
  });

  it('calls none that was made before it was strict, and does not give the delivery up at once', async () => {
    await office.db.query('update notifier.webhook_endpoints set url = $1', [receiver.url]);
    await office.publish([attendedEvent(await office.person())]);
    const row = await waitUntil(async () => {
      const [found] = await office.db.query<{ last_error: string; status: string }>(
        'select last_error, status from notifier.deliveries where endpoint_id is not null and refused = 1',
      );
      return found;
    });
    expect(row).toEqual({ last_error: 'the endpoint is not at a public address', status: 'pending' });
    expect(receiver.connections).toBe(0);
  });
});

async function firstEndpoint(admin: ReturnType<typeof clientOf>): Promise<{ id: string }> {
  const { body } = await admin('GET', '/v1/webhook-endpoints?limit=1');
  return body.items[0];
}
