import { HOUR, MINUTE, SECOND } from '@turnout/runtime/durations';
import type { ChannelName } from '../channels/channel.ts';

/** When a delivery is tried again, and how much is tried at once, as data. */
export interface RetryPolicy {
  /** Pauses after the first, second … refusal. One refusal more than there are pauses, and the delivery has failed. */
  afterRefusal: readonly number[];
  /** Pauses while the channel is away, the last one for as long as it takes. */
  whileUnavailable: readonly number[];
  /** By which share a pause may be shorter or longer, so that what failed together is not tried together for ever. */
  jitter: number;
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
    jitter: 0,
    concurrency: 8,
  },
  /** Three days: an endpoint may be down over a weekend. */
  webhook: {
    afterRefusal: exponential({ first: 5 * SECOND, factor: 3, longest: 8 * HOUR, total: 72 * HOUR }),
    whileUnavailable: WHILE_UNAVAILABLE,
    jitter: 0.2,
    concurrency: 32,
  },
  /** A log takes what it is given. */
  log: { afterRefusal: [], whileUnavailable: WHILE_UNAVAILABLE, jitter: 0, concurrency: 32 },
};

/** Milliseconds until the next attempt of a delivery refused so many times, or null when it has failed. */
export function pauseAfterRefusal(
  { afterRefusal, jitter }: RetryPolicy,
  refusals: number,
  random: number = Math.random(),
): number | null {
  const pause = afterRefusal[refusals - 1];
  return pause === undefined ? null : jittered(pause, jitter, random);
}

/** Milliseconds until the next attempt, after so many failures in a row to reach the channel. */
export function pauseWhileUnavailable(
  { whileUnavailable, jitter }: RetryPolicy,
  failures: number,
  random: number = Math.random(),
): number {
  const pause = whileUnavailable[Math.min(failures, whileUnavailable.length) - 1] ?? MINUTE;
  return jittered(pause, jitter, random);
}

function jittered(pause: number, jitter: number, random: number): number {
  return Math.round(pause * (1 + jitter * (2 * random - 1)));
}

/** Growing pauses that together last `total`, none longer than `longest`. */
function exponential({
  first,
  factor,
  longest,
  total,
}: {
  first: number;
  factor: number;
  longest: number;
  total: number;
}): number[] {
  const pauses: number[] = [];
  for (let pause = first, left = total; left > 0; pause = Math.min(pause * factor, longest)) {
    pauses.push(Math.min(pause, left));
    left -= pause;
  }
  return pauses;
}
