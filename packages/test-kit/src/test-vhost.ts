import { randomBytes } from 'node:crypto';
import { declareBroker } from '@turnout/broker/declare-broker';
import { requiredVariable } from './required-variable.ts';

export interface TestVhost extends AsyncDisposable {
  amqpUrl: string;
  name: string;
  drop(): Promise<void>;
}

/**
 * A virtual host of its own: no queue or message of another test. Exchanges and queues are declared, as they are where
 * services run; `empty` leaves that out.
 */
export async function createTestVhost({ empty = false } = {}): Promise<TestVhost> {
  const name = `test-${randomBytes(6).toString('hex')}`;
  await callManagement('PUT', `/api/vhosts/${name}`);
  const url = new URL(requiredVariable('TEST_AMQP_URL'));
  const user = decodeURIComponent(url.username);
  await callManagement('PUT', `/api/permissions/${name}/${user}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  url.pathname = `/${name}`;
  if (!empty) await declareBroker({ url: url.href });
  const drop = async () => {
    await callManagement('DELETE', `/api/vhosts/${name}`);
  };
  return { amqpUrl: url.href, name, drop, [Symbol.asyncDispose]: drop };
}

/** Calls RabbitMQ's HTTP API, for instance to read a queue's state or to close connections; answers the body. */
export async function callManagement(method: string, path: string, body?: object): Promise<unknown> {
  const { username, password, origin } = new URL(requiredVariable('TEST_RABBITMQ_MANAGEMENT_URL'));
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok && !(method === 'DELETE' && response.status === 404)) {
    throw new Error(`RabbitMQ answered ${method} ${path} with ${response.status}: ${text}`);
  }
  return text === '' ? null : JSON.parse(text);
}
