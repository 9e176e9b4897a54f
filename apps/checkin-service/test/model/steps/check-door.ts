import { newId } from '@turnout/runtime/ids';
import fc from 'fast-check';
import { pick, type Step } from '../step.ts';
import type { SentScan } from '../story.ts';
import { expectForetold, send } from './send-scan.ts';

/** Somebody wants into the room of a product. */
export const anyDoorCheck: fc.Arbitrary<Step> = fc
  .record({
    /** Null for a code that nobody has. */
    person: fc.option(fc.nat(9), { freq: 15 }),
    /** Null for a product that the event does not have. */
    product: fc.option(fc.nat(1), { freq: 12 }),
    station: fc.constantFrom(null, 'Room 1'),
    device: fc.nat(2),
  })
  .map(({ person, product, station, device }) => ({
    title: `checkDoor(${JSON.stringify({ person, product, station })}, device ${device})`,
    isPossible: ({ people }) => people.length > 0,
    async act(story) {
      const by = pick(story.devices, device);
      const sent: SentScan = {
        to: 'door-checks',
        scan: {
          scanId: newId(),
          accessCode: person === null ? `NOBODY${story.next()}` : pick(story.known.people, person).accessCode,
          productId: product === null ? newId() : pick(story.productIds, product),
          ...(station === null ? {} : { station }),
        },
      };
      const answer = await send(story, sent, by);
      return (model) => {
        expectForetold(model, sent, by, answer);
      };
    },
  }));
