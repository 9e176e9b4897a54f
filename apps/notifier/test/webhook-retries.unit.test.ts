import { HOUR, MINUTE, SECOND } from '@turnout/runtime/durations';
import { describe, expect, it } from 'vitest';
import { pauseAfterFailure, webhookRetries } from '../src/sending/webhook-retries.ts';

const pauseOf = (failures: number, { retryAfterMs = 0, random = 0.5 } = {}) =>
  pauseAfterFailure(webhookRetries, { failures, retryAfterMs, random });

/** When each try comes, counted from the first. */
function triesWith(random: number): number[] {
  const at = [0];
  for (let failures = 1; ; failures += 1) {
    const pause = pauseOf(failures, { random });
    if (pause === null) return at;
    at.push((at.at(-1) ?? 0) + pause);
  }
}

describe('when a delivery to an endpoint is tried again', () => {
  it('waits longer and longer, ten tries in three days', () => {
    const tries = triesWith(0.5);
    expect(tries).toHaveLength(10);
    expect(tries.slice(0, 4)).toEqual([0, 5 * SECOND, 5 * MINUTE + 5 * SECOND, 35 * MINUTE + 5 * SECOND]);
    const last = tries.at(-1) ?? 0;
    expect(last).toBeGreaterThan(70 * HOUR);
    expect(last).toBeLessThanOrEqual(72 * HOUR);
  });

  it('gives up after the tenth failure, and stays with that', () => {
    expect(pauseOf(9)).not.toBeNull();
    expect(pauseOf(10)).toBeNull();
    expect(pauseOf(11, { retryAfterMs: HOUR })).toBeNull();
  });

  it('is a tenth earlier or later by chance, never more', () => {
    expect(pauseOf(2, { random: 0 })).toBe(4.5 * MINUTE);
    expect(pauseOf(2, { random: 1 })).toBe(5.5 * MINUTE);
    expect(new Set([0.1, 0.3, 0.7].map((random) => pauseOf(2, { random }))).size).toBe(3);
  });

  it('waits for as long as the endpoint asks, within six hours, and never less than it would', () => {
    expect(pauseOf(1, { retryAfterMs: 10 * MINUTE })).toBe(10 * MINUTE);
    expect(pauseOf(1, { retryAfterMs: 1_000 * HOUR })).toBe(6 * HOUR);
    expect(pauseOf(4, { retryAfterMs: SECOND })).toBe(2 * HOUR);
  });

  it('leaves an endpoint alone for at most a minute, and only when it goes on failing', () => {
    const { ofEndpoint } = webhookRetries;
    expect(ofEndpoint.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(ofEndpoint.at(-1)).toBe(MINUTE);
    expect(ofEndpoint.toSorted((one, other) => one - other)).toEqual(ofEndpoint);
  });
});
