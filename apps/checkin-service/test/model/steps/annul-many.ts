import fc from 'fast-check';
import { expect } from 'vitest';
import { timeMade } from '../event-plan.ts';
import type { Model } from '../model.ts';
import { pick, type Step } from '../step.ts';

/** A supervisor undoes what a device or a station did in some hours; mostly they look first. */
export const anyBulkUndo: fc.Arbitrary<Step> = fc
  .record({
    by: fc.oneof(fc.nat(2), fc.constantFrom('Door A', 'Door B', 'Gate 7')),
    from: fc.integer({ min: -60, max: 138 }),
    halfHours: fc.integer({ min: 0, max: 60 }),
    dryRun: fc.boolean(),
  })
  .map(({ by, from, halfHours, dryRun }) => ({
    title: `annulMany(${JSON.stringify({ by, from, halfHours, dryRun })})`,
    isPossible: ({ checkInIds }) => checkInIds.length > 0,
    async act(story) {
      const supervisor = pick(story.devices, 2);
      const whose = typeof by === 'number' ? { deviceId: pick(story.devices, by).id } : { station: by };
      const window = [from, from + halfHours].map((at) => timeMade(story.times, at, 0)) as [number, number];
      const { status, body } = await story.desk('POST', '/annulments', supervisor, {
        ...whose,
        from: new Date(window[0]).toISOString(),
        to: new Date(window[1]).toISOString(),
        reason: 'a phone in a pocket',
        dryRun,
      });
      return (model) => {
        expect(status).toBe(200);
        const { checkIns, people, statusChanges } = body;
        const moved = statusChanges.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
        const foretold = undo(dryRun ? model.copyOfPeople() : model, whose, window);
        expect({ dryRun: body.dryRun, checkIns, people, moved }).toEqual({ dryRun, ...foretold });
      };
    },
  }));

function undo(
  model: Model,
  whose: { deviceId?: string; station?: string },
  [from, to]: [number, number],
): { checkIns: number; people: number; moved: number } {
  const done = { checkIns: 0, people: 0, moved: 0 };
  for (const person of model.people) {
    const before = person.version;
    const matching = person.checkIns.filter(
      ({ at, annulled, deviceId, station }) =>
        !annulled &&
        at >= from &&
        at <= to &&
        (whose.deviceId === undefined ? station === whose.station : deviceId === whose.deviceId),
    );
    for (const { id } of matching) model.annul(id, { deviceId: '', anybodys: true });
    done.checkIns += matching.length;
    done.people += matching.length > 0 ? 1 : 0;
    done.moved += person.version - before;
  }
  return done;
}
