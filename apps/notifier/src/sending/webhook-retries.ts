import { HOUR, MINUTE, SECOND } from '@turnout/runtime/durations';

/** When a delivery to an endpoint is tried again, as data. */
export interface WebhookRetryPolicy {
  /** Pauses after the first, second … failure. One failure more than there are pauses, and the delivery has failed. */
  afterFailure: readonly number[];
  /** Each pause is longer or shorter by up to this share, so that what failed together does not come back together. */
  jitter: number;
  /** How far an endpoint can put us off by `Retry-After`. */
  longestRetryAfter: number;
  /**
   * Pauses of everything for an endpoint, after so many failures in a row, whichever deliveries they were of; the last
   * one as long as it goes on. One delivery at a time then asks whether it is back, and the others keep their tries.
   */
  ofEndpoint: readonly number[];
  /** An endpoint of which every attempt has failed for so long is disabled. */
  disableAfter: number;
}

/** Ten tries within 72 hours, as Standard Webhooks recommends. */
export const webhookRetries: WebhookRetryPolicy = {
  afterFailure: [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    20 * HOUR,
  ],
  jitter: 0.1,
  longestRetryAfter: 6 * HOUR,
  ofEndpoint: [0, 0, 0, 0, 5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND, MINUTE],
  disableAfter: 5 * 24 * HOUR,
};

/**
 * Milliseconds until the next try of a delivery that has failed so many times, or null when it has failed for good. An
 * endpoint that asks for more patience gets it, within bounds; asking for less changes nothing.
 *
 * @param random from 0 up to 1
 */
export function pauseAfterFailure(
  { afterFailure, jitter, longestRetryAfter }: WebhookRetryPolicy,
  { failures, retryAfterMs, random }: { failures: number; retryAfterMs: number; random: number },
): number | null {
  const pause = afterFailure[failures - 1];
  if (pause === undefined) return null;
  const jittered = Math.round(pause * (1 + jitter * (2 * random - 1)));
  return Math.max(jittered, Math.min(retryAfterMs, longestRetryAfter));
}
