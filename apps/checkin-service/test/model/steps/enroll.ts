import fc from 'fast-check';
import { expect } from 'vitest';
import type { Step } from '../step.ts';

/** One more person, at any time, also after the event. */
export const enrollSomeone: Step = {
  title: 'enroll()',
  isPossible: ({ people }) => people.length < 8,
  async act(story) {
    const name = `Person ${story.next()}`;
    const email = `${name.replace(' ', '')}.${story.eventId}@example.org`;
    const { status, body } = await story.admin('POST', '/enrollments', { participant: { name, email } });
    if (status === 201) story.known.people.push({ id: body.id, accessCode: body.accessCode });
    return (model) => {
      const { id, accessCode } = body;
      const foretold = model.enroll({ id, accessCode });
      if (status !== 201) {
        expect({ status, code: body.code }).toEqual(foretold);
        return;
      }
      expect(foretold.status).toBe(201);
      expect({ now: body.status, version: body.version }).toEqual({ now: 'confirmed', version: 1 });
    };
  },
};

export const anyEnrolling: fc.Arbitrary<Step> = fc.constant(enrollSomeone);
