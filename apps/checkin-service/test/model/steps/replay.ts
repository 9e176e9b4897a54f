import fc from 'fast-check';
import { expect } from 'vitest';
import { pick, type Step } from '../step.ts';
import { expectForetold, send } from './send-scan.ts';

/** The network was slow, and the device sends the same scan again; or another device has taken it over. */
export const anyReplay: fc.Arbitrary<Step> = fc
  .record({ scan: fc.nat(99), device: fc.nat(2) })
  .map(({ scan, device }) => ({
    title: `replay(scan ${scan}, device ${device})`,
    isPossible: ({ scans }) => scans.length > 0,
    async act(story) {
      const sent = pick(story.known.scans, scan);
      const first = story.known.answers.find((earlier) => earlier.sent.scan.scanId === sent.scan.scanId);
      const by = pick(story.devices, device);
      const answer = await send(story, sent, by);
      return (model) => {
        const { replayed } = expectForetold(model, sent, by, answer);
        if (replayed) expect(answer.body).toEqual(first?.body);
      };
    },
  }));
