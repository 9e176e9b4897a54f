import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { SECOND } from '@turnout/runtime/durations';
import type { Logger } from '@turnout/runtime/logger';
import type { Queryable } from '@turnout/runtime/postgres';
import { inSpan, withTraceContext } from '@turnout/runtime/trace-context';
import type { Channel, SendResult } from '../channels/channel.ts';
import { templateNames, writeText } from '../notifications/templates.ts';
import { type ClaimedDelivery, claimDueDeliveries } from '../store/claim-due-deliveries.ts';
import type { Outcome } from '../store/record-outcomes.ts';
import { pauseAfterRefusal, pauseWhileUnavailable, retryPolicies } from './retry-policy.ts';

export interface SendOptions {
  db: Queryable;
  channel: Channel;
  logger: Logger;
  /** Deliveries claimed and sent at once. */
  limit: number;
  /** How many of them are the ones that came due last. */
  latest: number;
  /** Aborted when the process stops and can't wait any longer. */
  signal: AbortSignal;
}

/** A lease outlives the slowest attempt and the writing of its outcome. */
const LEASE_MARGIN = 5 * SECOND;

/** Claims deliveries of a channel that are due and tries each once. The outcomes are for `recordOutcomes`. */
export async function sendDue(options: SendOptions): Promise<Outcome[]> {
  const { db, channel, limit, latest } = options;
  const claimed = await claimDueDeliveries(db, {
    channel: channel.name,
    templates: templateNames,
    limit,
    latest,
    leaseMs: channel.longestSendMs + LEASE_MARGIN,
  });
  return await Promise.all(claimed.map((delivery) => attempt(delivery, options)));
}

/** `unwanted` is normal; that nobody is left to notify is worth a look. */
type NotTried = { outcome: 'pointless' | 'unwanted'; error: string };

async function attempt(delivery: ClaimedDelivery, options: SendOptions): Promise<Outcome> {
  const { id: deliveryId, messageId, channel, attempt: number } = delivery;
  const spanOptions = {
    kind: SpanKind.CLIENT,
    attributes: { 'turnout.delivery.id': deliveryId, 'turnout.delivery.attempt': number },
  };
  return await withTraceContext(delivery.headers, () =>
    inSpan(
      `send ${channel}`,
      async () => {
        const result = await send(delivery, options);
        const outcome = toOutcome(delivery, result);
        const { status, error } = outcome;
        if (error !== null) {
          trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: error });
          options.logger.warn(
            { deliveryId, messageId, attempt: number, status, error },
            'a delivery was not sent',
          );
        } else {
          options.logger.info({ deliveryId, messageId, attempt: number, channel }, 'a delivery was sent');
        }
        return outcome;
      },
      spanOptions,
    ),
  );
}

async function send(
  delivery: ClaimedDelivery,
  { channel, signal }: SendOptions,
): Promise<SendResult | NotTried> {
  const { id: deliveryId, messageId, eventId, enrollmentId, template, content, contact } = delivery;
  if (contact === null) return { outcome: 'pointless', error: 'there is nobody left to notify' };
  if (contact === 'erased') return { outcome: 'unwanted', error: 'the person was erased' };
  try {
    const text = writeText(template, content, contact);
    const to = { name: contact.name, address: contact.email };
    const message = { deliveryId, messageId, eventId, enrollmentId, template, to, ...text };
    return await channel.send(message, signal);
  } catch (error) {
    // Only the kind of error: its message may quote what was to be written.
    return { outcome: 'refused', error: `the message could not be written (${nameOf(error)})` };
  }
}

function toOutcome(
  { id: deliveryId, channel, attempt: number, refused, owedSince }: ClaimedDelivery,
  result: SendResult | NotTried,
): Outcome {
  const policy = retryPolicies[channel];
  const base = { deliveryId, attempt: number, owedSince, delayMs: 0, refused: false, bury: true };
  switch (result.outcome) {
    case 'sent':
      return { ...base, status: 'sent', error: null };
    case 'pointless':
      return { ...base, status: 'failed', error: result.error };
    case 'unwanted':
      return { ...base, status: 'failed', bury: false, error: result.error };
    case 'unavailable': {
      const delayMs = pauseWhileUnavailable(policy, number - refused);
      return { ...base, status: 'pending', delayMs, error: result.error };
    }
    case 'refused': {
      const pause = pauseAfterRefusal(policy, refused + 1);
      const status = pause === null ? 'failed' : 'pending';
      return { ...base, status, delayMs: pause ?? 0, refused: true, error: result.error };
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
