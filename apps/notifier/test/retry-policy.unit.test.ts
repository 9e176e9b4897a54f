import { describe, expect, it } from 'vitest';
import { limitTo } from '../src/sending/rate-limit.ts';
import { pauseAfterRefusal, pauseWhileUnavailable, retryPolicies } from '../src/sending/retry-policy.ts';

const { email, log } = retryPolicies;

describe('when a delivery is tried again', () => {
  it('a mail waits longer after each refusal and is given up after the fifth', () => {
    const pauses = [1, 2, 3, 4, 5, 6].map((refusals) => pauseAfterRefusal(email, refusals));
    expect(pauses).toEqual([1_000, 60_000, 600_000, 3_600_000, null, null]);
  });

  it('a mail is never given up while the mail server is away, and tried at least every 15 seconds', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 1_000].map((failures) => pauseWhileUnavailable(email, failures));
    expect(pauses).toEqual([1_000, 2_000, 5_000, 10_000, 15_000, 15_000, 15_000]);
  });

  it('what the log does not take is given up at once', () => {
    expect(pauseAfterRefusal(log, 1)).toBeNull();
  });
});

describe('a limit of mails in a second', () => {
  it('lets a second of them go at once, and then one after the other', () => {
    let now = 0;
    const limit = limitTo(20, () => now);
    expect(limit.available(8)).toBe(8);
    limit.spend(20);
    expect(limit.available(8)).toBe(0);
    expect(limit.waitMs).toBe(50);
    now += 50;
    expect(limit.available(8)).toBe(1);
    limit.spend(1);
    now += 60_000;
    expect(limit.available(1_000)).toBe(20);
  });

  it('is not used up by looking', () => {
    const limit = limitTo(1, () => 0);
    expect([limit.available(8), limit.available(8), limit.waitMs]).toEqual([1, 1, 0]);
  });
});
