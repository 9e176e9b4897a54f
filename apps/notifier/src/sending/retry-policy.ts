import { HOUR, MINUTE, SECOND } from '@turnout/runtime/durations';

/** When a delivery is tried again, as data. */
export interface RetryPolicy {
  /** Pauses after the first, second … refusal. One refusal more than there are pauses, and the delivery has failed. */
  afterRefusal: readonly number[];
  /** Pauses while the channel is away, the last one for as long as it takes. */
  whileUnavailable: readonly number[];
}

/**
 * Five refusals end a delivery, spread over more than an hour, since a server that greylists takes a message only after a
 * while. An outage never ends one: it says nothing about the message.
 */
export const emailRetries: RetryPolicy = {
  afterRefusal: [SECOND, MINUTE, 10 * MINUTE, HOUR],
  whileUnavailable: [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND],
};

/** Milliseconds until the next attempt of a delivery refused so many times, or null when it has failed. */
export function pauseAfterRefusal(policy: RetryPolicy, refusals: number): number | null {
  return policy.afterRefusal[refusals - 1] ?? null;
}

/** Milliseconds until the next attempt, after so many failures in a row to reach the channel. */
export function pauseWhileUnavailable(policy: RetryPolicy, failures: number): number {
  const { whileUnavailable } = policy;
  return whileUnavailable[Math.min(failures, whileUnavailable.length) - 1] ?? MINUTE;
}
