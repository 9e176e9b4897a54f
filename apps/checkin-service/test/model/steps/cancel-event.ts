import fc from 'fast-check';
import { expect } from 'vitest';
import type { Step } from '../step.ts';

/** The storm comes. */
export const cancelEvent: Step = {
  title: 'cancelEvent()',
  isPossible: () => true,
  async act(story) {
    const { status, body } = await story.admin('POST', '/cancellation', { reason: 'a storm' });
    return (model) =>
      expect({ status, ...(status === 200 ? {} : { code: body.code }) }).toEqual(model.cancelEvent());
  },
};

export const anyEventCancellation: fc.Arbitrary<Step> = fc.constant(cancelEvent);
