import { SECOND } from '@turnout/runtime/durations';
import { openPlaces } from '@turnout/runtime/http/places';

/** So many reports of one organization are being made that another would only slow them down: try again later. */
export class TooManyReports extends Error {
  override readonly name = 'TooManyReports';
}

export interface Turns {
  /** Waits for a turn, a second at most; disposing it lets the next one begin. @throws TooManyReports */
  take(organizationId: string): Promise<Disposable>;
}

/** Lets `atOnce` reports of each organization be made at once, so that one with many leaves room for the others. */
export function takeTurns(atOnce: number): Turns {
  const places = openPlaces({
    atOnce: Infinity,
    waiting: Infinity,
    waitMs: SECOND,
    share: { places: atOnce, waiting: Infinity },
    name: 'reports',
    of: 'reports',
  });
  return {
    async take(organizationId) {
      const giveBack = await places.take(organizationId);
      if (!giveBack) throw new TooManyReports(`${atOnce} reports of this organization are being made`);
      return { [Symbol.dispose]: giveBack };
    },
  };
}
