import { SECOND } from '@turnout/runtime/durations';

/** So many reports of one organization are being made that another would only slow them down: try again later. */
export class TooManyReports extends Error {
  override readonly name = 'TooManyReports';
}

export interface Turns {
  /** Waits for a turn, a second at most; disposing it lets the next one begin. @throws TooManyReports */
  take(organizationId: string): Promise<Disposable>;
}

/** Lets `atOnce` reports of each organization be made at once, so that one with many leaves room for the others. */
export function takeTurns(atOnce: number, patienceMs = SECOND): Turns {
  const taken = new Map<string, number>();
  const waiting = new Map<string, Set<() => void>>();

  function end(organizationId: string): Disposable {
    let open = true;
    return {
      [Symbol.dispose]() {
        if (!open) return;
        open = false;
        const queue = waiting.get(organizationId);
        const [next] = queue ?? [];
        if (queue && next) {
          queue.delete(next);
          next();
          return;
        }
        const left = (taken.get(organizationId) ?? 1) - 1;
        if (left === 0) taken.delete(organizationId);
        else taken.set(organizationId, left);
      },
    };
  }

  return {
    async take(organizationId) {
      const running = taken.get(organizationId) ?? 0;
      if (running < atOnce) {
        taken.set(organizationId, running + 1);
        return end(organizationId);
      }
      const queue = waiting.get(organizationId) ?? new Set();
      waiting.set(organizationId, queue);
      await new Promise<void>((resolve, reject) => {
        const called = () => {
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(() => {
          queue.delete(called);
          reject(new TooManyReports(`${atOnce} reports of this organization are being made`));
        }, patienceMs);
        queue.add(called);
      });
      return end(organizationId);
    },
  };
}
