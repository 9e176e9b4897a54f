import fc from 'fast-check';
import { pick, type Step } from '../step.ts';
import { anyScanPlan } from './scan.ts';
import { expectForetold, planned, send } from './send-scan.ts';

/** Whether or not the order is paid, a supervisor lets its holder in; now and then somebody tries who may not. */
export const anyAdmittance: fc.Arbitrary<Step> = fc
  .record({ plan: anyScanPlan, lineItem: fc.nat(99), device: fc.constantFrom(2, 2, 2, 0) })
  .map(({ plan, lineItem, device }) => ({
    title: `admitUnpaid(${JSON.stringify(plan)}, holder of line item ${lineItem}, device ${device})`,
    isPossible: ({ lineItems }) => lineItems.length > 0,
    async act(story) {
      const { personId } = pick(story.known.lineItems, lineItem);
      const person = story.known.people.findIndex(({ id }) => id === personId);
      const by = pick(story.devices, device);
      const scan = planned({ ...plan, person, admitUnpaid: true }, story);
      const sent = { to: 'check-ins' as const, scan };
      const answer = await send(story, sent, by);
      return (model) => {
        expectForetold(model, sent, by, answer);
      };
    },
  }));
