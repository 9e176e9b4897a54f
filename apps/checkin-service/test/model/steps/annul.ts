import fc from 'fast-check';
import { expect } from 'vitest';
import { pick, type Step } from '../step.ts';

/** A desk takes a check-in back, its own or another's. */
export const anyAnnulment: fc.Arbitrary<Step> = fc
  .record({ checkIn: fc.nat(99), device: fc.nat(2) })
  .map(({ checkIn, device }) => ({
    title: `annul(check-in ${checkIn}, device ${device})`,
    isPossible: ({ checkInIds }) => checkInIds.length > 0,
    async act(story) {
      const checkInId = pick(story.known.checkInIds, checkIn);
      const by = pick(story.devices, device);
      const { status, body } = await story.desk('POST', `/check-ins/${checkInId}/annulment`, by, {
        reason: 'wrong badge',
      });
      return (model) => {
        const foretold = model.annul(checkInId, { deviceId: by.id, anybodys: by.isSupervisor });
        if (status !== 200) {
          expect({ status, code: body.code }).toEqual(foretold);
          return;
        }
        const { id, status: now, version, presentDays } = body.enrollment;
        expect({ status, enrollment: { id, status: now, version, presentDays } }).toEqual(foretold);
      };
    },
  }));
