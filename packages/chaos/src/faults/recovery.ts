import { waitUntil } from '@turnout/test-kit/wait-until';
import type { Stage } from '../stage.ts';

/** What the services promise for the time after PostgreSQL has come back, and what the machine may add to it. */
const PROMISED_MS = 5_000;
const TOLERANCE_MS = 1_000;

/** Waits until a scan that was made from now on is accepted, and notes how long that took. */
export async function noteRecovery(stage: Stage, after: string): Promise<void> {
  const since = performance.now();
  const accepted = () =>
    stage.traffic.exchanges
      .slice(-500)
      .find(
        ({ from, status, what }) =>
          from >= since && status < 300 && status > 0 && what.includes('/check-ins'),
      );
  const limit = PROMISED_MS + TOLERANCE_MS;
  try {
    const first = await waitUntil(accepted, { within: limit, every: 10 });
    stage.figures.recoveries.push({ after, ms: Math.round(first.to - since) });
  } catch {
    stage.violations.push(`no check-in was accepted within ${limit / 1000} s after this: ${after}`);
  }
}
