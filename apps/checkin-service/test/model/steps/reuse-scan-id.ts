import fc from 'fast-check';
import { pick, type Step } from '../step.ts';
import { expectForetold, send } from './send-scan.ts';

/** A device gives two scans one name, mostly of different tickets. */
export const anyReuseOfScanId: fc.Arbitrary<Step> = fc
  .record({ scan: fc.nat(99), person: fc.nat(9), device: fc.nat(2) })
  .map(({ scan, person, device }) => ({
    title: `reuseScanId(scan ${scan}, person ${person}, device ${device})`,
    isPossible: ({ scans, people }) => scans.length > 0 && people.length > 0,
    async act(story) {
      const { sent: earlier } = pick(story.known.scans, scan);
      const { accessCode } = pick(story.known.people, person);
      const sent = { scanId: earlier.scanId, accessCode, direction: 'entry' as const };
      const by = pick(story.devices, device);
      const answer = await send(story, sent, by);
      return (model) => expectForetold(model, sent, by, answer);
    },
  }));
