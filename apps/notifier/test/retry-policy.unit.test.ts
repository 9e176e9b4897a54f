import { describe, expect, it } from 'vitest';
import { emailRetries, pauseAfterRefusal, pauseWhileUnavailable } from '../src/sending/retry-policy.ts';

describe('when a delivery is tried again', () => {
  it('waits longer after each refusal and gives up after the fifth', () => {
    const pauses = [1, 2, 3, 4, 5, 6].map((refusals) => pauseAfterRefusal(emailRetries, refusals));
    expect(pauses).toEqual([1_000, 60_000, 600_000, 3_600_000, null, null]);
  });

  it('never gives up while the mail server is away, and looks at least every 15 seconds', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 1_000].map((failures) => pauseWhileUnavailable(emailRetries, failures));
    expect(pauses).toEqual([1_000, 2_000, 5_000, 10_000, 15_000, 15_000, 15_000]);
  });
});
