import fc from 'fast-check';
import { expect } from 'vitest';
import { anyTimeMade } from '../event-plan.ts';
import { pick, type Step } from '../step.ts';
import type { SentCheckIn, SentScan } from '../story.ts';
import { anyScanPlan } from './scan.ts';
import { expectForetold, noteAnswer, noteSent, planned } from './send-scan.ts';

/** A device comes back from hours without a network, with scans in any order, some of them sent twice. */
export const anyUpload: fc.Arbitrary<Step> = fc
  .record({
    plans: fc.array(fc.tuple(anyScanPlan, anyTimeMade), { minLength: 1, maxLength: 8, size: 'max' }),
    again: fc.array(fc.nat(99), { maxLength: 2 }),
    device: fc.nat(2),
  })
  .map(({ plans, again, device }) => ({
    title: `upload(${JSON.stringify(plans)}, again ${JSON.stringify(again)}, device ${device})`,
    isPossible: ({ people }) => people.length > 0,
    async act(story) {
      const by = pick(story.devices, device);
      const fresh = plans.map(([plan, time]) => planned({ ...plan, time }, story));
      const known = [...story.known.scans.flatMap(datedCheckIn), ...fresh];
      const scans = [...fresh, ...again.map((index) => pick(known, index))];
      for (const scan of fresh) noteSent(story, { to: 'check-ins', scan });
      const { status, body } = await story.desk('POST', '/check-ins/batch', by, { scans });
      const results = scans.map((scan, index) => {
        const at = Date.parse(scan.scannedAt ?? '');
        return { sent: { to: 'check-ins' as const, scan }, at, ...body.results?.[index] };
      });
      for (const { sent, ...answer } of results) if (status === 200) noteAnswer(story, sent, answer);
      return (model) => {
        expect(status).toBe(200);
        expect(results.map(({ scanId }) => scanId)).toEqual(scans.map(({ scanId }) => scanId));
        // The order in which scans were made is the order in which they are judged.
        for (const { sent, ...answer } of results.toSorted((one, other) => one.at - other.at)) {
          expectForetold(model, sent, by, answer);
        }
      };
    },
  }));

/** Only scans with a time have their place in the order of an upload. */
function datedCheckIn(sent: SentScan): SentCheckIn[] {
  return sent.to === 'check-ins' && sent.scan.scannedAt !== undefined ? [sent.scan] : [];
}
