import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { cloudEventsJson } from '@turnout/contracts/events/envelope';
import { HOUR, MINUTE } from '@turnout/runtime/durations';
import type { Logger } from '@turnout/runtime/logger';
import { inSpan, withTraceContext } from '@turnout/runtime/trace-context';
import type { WebhookCaller } from '../channels/webhook.ts';
import { judgeAnswer, type WebhookAnswer } from '../channels/webhook-answer.ts';
import type { ClaimedWebhook } from '../store/claim-due-webhooks.ts';
import type { WebhookOutcome } from '../store/record-webhook-attempts.ts';
import type { Sealing } from '../webhooks/sealing.ts';
import { signatureHeaders } from '../webhooks/signature.ts';
import { pauseAfterFailure, webhookRetries } from './webhook-retries.ts';

export interface AttemptOptions {
  caller: WebhookCaller;
  sealing: Sealing;
  logger: Logger;
  /** Aborted when the process stops and can't wait any longer. */
  signal: AbortSignal;
}

/** Tries one delivery once. Never rejects. */
export async function attemptWebhook(
  delivery: ClaimedWebhook,
  options: AttemptOptions,
): Promise<WebhookOutcome> {
  const { id: deliveryId, messageId, endpointId, attempt } = delivery;
  const attributes = {
    'turnout.delivery.id': deliveryId,
    'turnout.delivery.attempt': attempt,
    'turnout.webhook_endpoint.id': endpointId,
  };
  return await withTraceContext(delivery.headers, () =>
    inSpan(
      'send webhook',
      async () => {
        const outcome = await attemptOnce(delivery, options);
        const { status, statusCode, error } = outcome;
        const facts = { deliveryId, messageId, endpointId, attempt, statusCode };
        if (error === null) {
          options.logger.info({ ...facts, channel: 'webhook' }, 'a delivery was sent');
        } else {
          trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: error });
          options.logger.warn({ ...facts, status, error }, 'a delivery was not sent');
        }
        return outcome;
      },
      { kind: SpanKind.CLIENT, attributes },
    ),
  );
}

async function attemptOnce(delivery: ClaimedWebhook, options: AttemptOptions): Promise<WebhookOutcome> {
  const { messageId: id, endpointId, url, body, timestamp, sealedSecrets } = delivery;
  if (body === null)
    return { ...unsent(delivery), status: 'failed', error: 'the message is no longer stored' };
  const [newest = null, ...older] = sealedSecrets.map((sealed) => options.sealing.open(sealed, endpointId));
  if (newest === null) {
    const error =
      'the signing secret cannot be read: WEBHOOK_SECRETS_KEY has changed; set it back, or rotate the secret';
    return { ...unsent(delivery), status: 'pending', delayMs: 10 * MINUTE, error };
  }
  const secrets = [newest, ...older.filter((secret) => secret !== null)];
  const headers = {
    'content-type': cloudEventsJson,
    ...signatureHeaders({ id, timestamp, body }, secrets),
  };
  const startedAt = performance.now();
  const answer = await options.caller.call({ url, headers, body }, options.signal);
  return toOutcome(delivery, answer, {
    durationMs: Math.round(performance.now() - startedAt),
    stopped: options.signal.aborted,
  });
}

function toOutcome(
  delivery: ClaimedWebhook,
  answer: WebhookAnswer,
  { durationMs, stopped }: { durationMs: number; stopped: boolean },
): WebhookOutcome {
  const base = { ...unsent(delivery), durationMs, statusCode: answer.statusCode };
  // Cut off by ourselves: it says nothing about the endpoint, and another notifier may try at once.
  if (stopped && answer.statusCode === null) return { ...base, status: 'pending', error: answer.error };
  const verdict = judgeAnswer(answer, new Date());
  switch (verdict.outcome) {
    case 'taken':
      return { ...base, status: 'sent', error: null };
    case 'gone':
      return { ...base, status: 'failed', failed: true, gone: true, error: verdict.error };
    case 'failed': {
      const { error, retryAfterMs } = verdict;
      const failures = delivery.failures + 1;
      const pause = pauseAfterFailure(webhookRetries, { failures, retryAfterMs, random: Math.random() });
      return {
        ...base,
        status: pause === null ? 'failed' : 'pending',
        delayMs: pause ?? 0,
        failed: true,
        error,
        quietMs: Math.min(retryAfterMs, HOUR),
      };
    }
  }
}

/** What is known of an attempt before anything was sent. */
function unsent({ id, endpointId, url, attempt, requestedBy, owedSince }: ClaimedWebhook) {
  return {
    deliveryId: id,
    endpointId,
    url,
    attempt,
    requestedBy,
    owedSince,
    delayMs: 0,
    failed: false,
    gone: false,
    statusCode: null,
    durationMs: 0,
    quietMs: 0,
  };
}
