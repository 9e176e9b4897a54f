import fc from 'fast-check';
import { anyScanTime } from '../event-plan.ts';
import { pick, type Step } from '../step.ts';
import { expectForetold, planned, type ScanPlan, send } from './send-scan.ts';

export const anyScanPlan: fc.Arbitrary<ScanPlan> = fc.record({
  person: fc.option(fc.nat(9), { freq: 12 }),
  byId: fc.boolean(),
  time: anyScanTime,
  direction: fc.constantFrom('entry', 'entry', 'entry', 'exit'),
  station: fc.constantFrom(null, 'Door A', 'Door B'),
  admitUnpaid: fc.constantFrom(...Array<boolean>(11).fill(false), true),
});

/** A badge is held in front of a scanner. */
export const anyScan: fc.Arbitrary<Step> = fc
  .record({ plan: anyScanPlan, device: fc.nat(2) })
  .map(({ plan, device }) => ({
    title: `scan(${JSON.stringify(plan)}, device ${device})`,
    isPossible: ({ people }) => people.length > 0,
    async act(story) {
      const by = pick(story.devices, device);
      const sent = { to: 'check-ins' as const, scan: planned(plan, story) };
      const answer = await send(story, sent, by);
      return (model) => expectForetold(model, sent, by, answer);
    },
  }));
