import { HOUR, MINUTE, SECOND } from '@turnout/runtime/durations';
import type { ChannelName } from '../channels/channel.ts';

/**
 * When a delivery to a person is tried again, and how much is tried at once, as data. Webhooks: `webhook-retries.ts`.
 */
export interface RetryPolicy {
  /** Pauses after the first, second … refusal. One refusal more than there are pauses, and the delivery has failed. */
  afterRefusal: readonly number[];
  /** Pauses while the channel is away, the last one for as long as it takes. */
  whileUnavailable: readonly number[];
  /** Deliveries under way at once. */
  concurrency: number;
}

const WHILE_UNAVAILABLE = [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND];

export const retryPolicies: Record<ChannelName, RetryPolicy> = {
  /**
   * Five refusals end a mail, spread over more than an hour, since a server that greylists takes a message only after a
   * while. An outage never ends one: it says nothing about the message.
   */
  email: {
    afterRefusal: [SECOND, MINUTE, 10 * MINUTE, HOUR],
    whileUnavailable: WHILE_UNAVAILABLE,
    concurrency: 8,
  },
  /** A log takes what it is given. */
  log: { afterRefusal: [], whileUnavailable: WHILE_UNAVAILABLE, concurrency: 32 },
};

/** Milliseconds until the next attempt of a delivery refused so many times, or null when it has failed. */
export function pauseAfterRefusal({ afterRefusal }: RetryPolicy, refusals: number): number | null {
  return afterRefusal[refusals - 1] ?? null;
}

/** Milliseconds until the next attempt, after so many failures in a row to reach the channel. */
export function pauseWhileUnavailable({ whileUnavailable }: RetryPolicy, failures: number): number {
  return whileUnavailable[Math.min(failures, whileUnavailable.length) - 1] ?? MINUTE;
}
