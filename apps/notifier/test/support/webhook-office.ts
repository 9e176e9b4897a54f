import { randomBytes } from 'node:crypto';
import { startNotifier } from '../../src/service.ts';
import { type Client, clientOf } from './client.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { type Receiver, startReceiver } from './receiver.ts';

/** A post office with a notifier that calls any network, an admin, and somebody's system. */
export interface WebhookOffice extends PostOffice {
  url: string;
  admin: Client;
  receiver: Receiver;
  /** Makes an endpoint, at the receiver unless said otherwise. */
  endpoint(fields?: object): Promise<{ id: string; secret: string }>;
  webhooks(): Promise<WebhookRow[]>;
  /** From the end of the last attempt of the only delivery to its next. */
  pauseSeconds(): Promise<number>;
  /** Makes what waits for its next attempt due now; pauses are too long for a test. */
  hurry(): Promise<void>;
}

export interface WebhookRow {
  delivery_id: string;
  message_id: string;
  endpoint_id: string;
  enrollment_id: string | null;
  status: string;
  attempts: number;
  refused: number;
  last_error: string | null;
  last_status_code: number | null;
}

export async function openWebhookOffice({ timeoutMs = 2_000 } = {}): Promise<WebhookOffice> {
  await using opening = new AsyncDisposableStack();
  const office = opening.use(await openPostOffice());
  const receiver = opening.use(await startReceiver());
  office.config.webhooks = { ...office.config.webhooks, secretsKey: randomBytes(32), timeoutMs };
  const notifier = opening.use(await startNotifier(office.config));
  const admin = clientOf(notifier.url, office.organization.tokens.admin);
  const opened = opening.move();
  return {
    ...office,
    url: notifier.url,
    admin,
    receiver,
    async endpoint(fields = {}) {
      const { status, body } = await admin('POST', '/v1/webhook-endpoints', { url: receiver.url, ...fields });
      if (status !== 201) throw new Error(`no endpoint was made: ${JSON.stringify(body)}`);
      return body;
    },
    webhooks: () =>
      office.db.query<WebhookRow>(
        'select * from notifier.deliveries where endpoint_id is not null order by delivery_id',
      ),
    async pauseSeconds() {
      const [row] = await office.db.query<{ pause: number }>(
        `select extract(epoch from next_attempt_at - started_at)::float - duration_ms / 1000.0 as pause
         from notifier.deliveries join notifier.delivery_attempts using (delivery_id)
         where endpoint_id is not null order by attempt desc limit 1`,
      );
      return row?.pause ?? Number.NaN;
    },
    async hurry() {
      await office.db.query(
        `update notifier.deliveries set next_attempt_at = now()
         where status = 'pending' and refused = attempts and attempts > 0`,
      );
      await office.db.query('update notifier.webhook_endpoints set quiet_until = null');
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
