import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '@turnout/runtime/postgres';
import type { Contestant } from '../programs.ts';

/**
 * Asks closure-service to close an event, and waits until it is closed; answers the seconds from the request to the
 * end.
 *
 * @throws Error when the run fails
 */
export async function closeByService(
  db: Db,
  { url }: Contestant,
  { token, eventId }: { token: string; eventId: string },
): Promise<number> {
  const began = performance.now();
  const response = await fetch(`${url}/v1/events/${eventId}/closure-runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  if (response.status !== 202) throw new Error(`closing was refused: ${await response.text()}`);
  for (;;) {
    const [run] = await db.query<{ status: string; error: string | null; attempts: number }>(
      'select status, error, attempts from attendance.closure_runs where event_id = $1',
      [eventId],
    );
    if (run?.status === 'succeeded' && run.attempts === 1) return (performance.now() - began) / 1000;
    if (run?.status !== 'running') throw new Error(`closing failed: ${JSON.stringify(run)}`);
    await pause(20);
  }
}
