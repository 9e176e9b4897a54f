import { newId } from '@turnout/runtime/ids';
import fc from 'fast-check';
import { pick, type Step } from '../step.ts';
import type { SentScan, Story } from '../story.ts';
import { expectForetold, type ScanAnswered, send } from './send-scan.ts';

interface RedemptionPlan {
  /** Which line item; null for one that nobody has. */
  lineItem: number | null;
  /** With whose ticket: who bought it, somebody of the event, or a code that nobody has. */
  ticket: 'holder' | 'nobody' | number;
  station: string | null;
  /** How often they ask for more. */
  times: number;
}

const anyRedemptionPlan: fc.Arbitrary<RedemptionPlan> = fc.record({
  lineItem: fc.option(fc.nat(99), { freq: 15 }),
  ticket: fc.oneof(
    { weight: 14, arbitrary: fc.constant<'holder'>('holder') },
    { weight: 2, arbitrary: fc.nat(9) },
    { weight: 1, arbitrary: fc.constant<'nobody'>('nobody') },
  ),
  station: fc.constantFrom(null, 'Buffet'),
  times: fc.constantFrom(1, 1, 2, 3),
});

/** Somebody is hungry. */
export const anyRedemption: fc.Arbitrary<Step> = fc
  .record({ plan: anyRedemptionPlan, device: fc.nat(2) })
  .map(({ plan, device }) => ({
    title: `redeem(${JSON.stringify(plan)}, device ${device})`,
    isPossible: ({ lineItems }) => lineItems.length > 0,
    async act(story) {
      const by = pick(story.devices, device);
      const asked: { sent: SentScan; answer: ScanAnswered }[] = [];
      for (let time = 0; time < plan.times; time += 1) {
        const sent = redemptionOf(plan, story);
        asked.push({ sent, answer: await send(story, sent, by) });
      }
      return (model) => {
        for (const { sent, answer } of asked) expectForetold(model, sent, by, answer);
      };
    },
  }));

function redemptionOf({ lineItem, ticket, station }: RedemptionPlan, { known, next }: Story): SentScan {
  const bought = pick(known.lineItems, lineItem ?? 0);
  const holder = known.people.find(({ id }) => id === bought.personId);
  const person = typeof ticket === 'number' ? pick(known.people, ticket) : holder;
  return {
    to: 'redemptions',
    scan: {
      scanId: newId(),
      accessCode: person === undefined || ticket === 'nobody' ? `NOBODY${next()}` : person.accessCode,
      lineItemId: lineItem === null ? newId() : bought.lineItemId,
      ...(station === null ? {} : { station }),
    },
  };
}
