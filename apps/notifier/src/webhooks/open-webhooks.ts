import type { Logger } from '@turnout/runtime/logger';
import type { Db } from '@turnout/runtime/postgres';
import { openWebhookCaller } from '../channels/webhook.ts';
import type { WebhookConfig } from '../config.ts';
import type { Sending } from '../sending/sending-loop.ts';
import { startWebhookSending } from '../sending/webhook-loop.ts';
import { type Sealing, sealingWith } from './sealing.ts';

/** Sending to endpoints, and what their secrets are kept with. */
export interface Webhooks extends Sending {
  readonly sealing: Sealing | null;
}

/** Starts sending to endpoints. Without a key for their secrets nothing is sent, and what they are owed waits. */
export function openWebhooks(db: Db, { secretsKey, ...calls }: WebhookConfig, logger: Logger): Webhooks {
  if (secretsKey === null) {
    logger.warn(
      'webhooks are off: set WEBHOOK_SECRETS_KEY to 32 random bytes in base64 (openssl rand -base64 32)',
    );
    return { sealing: null, wake: () => undefined, async [Symbol.asyncDispose]() {} };
  }
  const sealing = sealingWith(secretsKey);
  const caller = openWebhookCaller(calls);
  const sending = startWebhookSending({ db, caller, sealing, logger });
  return {
    sealing,
    wake: sending.wake,
    async [Symbol.asyncDispose]() {
      await sending[Symbol.asyncDispose]();
      caller[Symbol.dispose]();
    },
  };
}
