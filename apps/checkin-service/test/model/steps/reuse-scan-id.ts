import { newId } from '@turnout/runtime/ids';
import fc from 'fast-check';
import { pick, type Step } from '../step.ts';
import type { Known, SentScan, Story } from '../story.ts';
import { expectForetold, send } from './send-scan.ts';

/** A device gives two scans one name: of different tickets, or of one ticket of which it asks different things. */
export const anyReuseOfScanId: fc.Arbitrary<Step> = fc
  .record({
    scan: fc.nat(99),
    /** Null for whom the first scan was about. */
    person: fc.option(fc.nat(9), { freq: 1 }),
    /** Null for the kind that the first scan was of. */
    to: fc.constantFrom<(SentScan['to'] | null)[]>(null, null, 'check-ins', 'redemptions', 'door-checks'),
    /** Of what asks for a product more can be mistaken. */
    ofProduct: fc.boolean(),
    thing: fc.nat(9),
    device: fc.nat(2),
  })
  .map(({ scan, person, to, ofProduct, thing, device }) => ({
    title: `reuseScanId(${JSON.stringify({ scan, person, to, ofProduct, thing })}, device ${device})`,
    isPossible: ({ scans, people }) => scans.length > 0 && people.length > 0,
    async act(story) {
      const { people, scans } = story.known;
      const ofProducts = scans.filter((sent) => sent.to !== 'check-ins');
      const first = pick(ofProduct && ofProducts.length > 0 ? ofProducts : scans, scan);
      const { scanId } = first.scan;
      const { accessCode } = person === null ? holderOf(first, people) : pick(people, person);
      const sent = another(to ?? first.to, { scanId, accessCode }, story, thing);
      const by = pick(story.devices, device);
      const answer = await send(story, sent, by);
      return (model) => {
        expectForetold(model, sent, by, answer);
      };
    },
  }));

function holderOf({ scan }: SentScan, people: Known['people']): { accessCode: string } {
  if (scan.accessCode !== undefined) return { accessCode: scan.accessCode };
  return pick(
    people.filter(({ id }) => 'enrollmentId' in scan && id === scan.enrollmentId),
    0,
  );
}

function another(
  to: SentScan['to'],
  scan: { scanId: string; accessCode: string },
  { known, productIds }: Story,
  thing: number,
): SentScan {
  switch (to) {
    case 'check-ins':
      return { to, scan: { ...scan, direction: 'entry' } };
    case 'redemptions': {
      const lineItemId = known.lineItems.length === 0 ? newId() : pick(known.lineItems, thing).lineItemId;
      return { to, scan: { ...scan, lineItemId } };
    }
    case 'door-checks':
      return { to, scan: { ...scan, productId: pick(productIds, thing) } };
  }
}
