import fc from 'fast-check';
import { expect } from 'vitest';
import { pick, type Step } from '../step.ts';

/** Somebody cannot come. */
export const anyCancellation: fc.Arbitrary<Step> = fc.nat(9).map((person) => ({
  title: `cancel(person ${person})`,
  isPossible: ({ people }) => people.length > 0,
  async act(story) {
    const { id } = pick(story.known.people, person);
    const { status, body } = await story.admin('POST', `/enrollments/${id}/cancellation`, {
      reason: 'fell ill',
    });
    return (model) =>
      expect({ status, ...(status === 200 ? {} : { code: body.code }) }).toEqual(model.cancel(id));
  },
}));
