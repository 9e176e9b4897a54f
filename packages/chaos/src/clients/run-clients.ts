import { setTimeout as pause } from 'node:timers/promises';
import type { Stage } from '../stage.ts';
import { annulOnce, cancelOnce, enrollOnce, overrideOnce } from './correct.ts';
import { redeemOnce, scanOnce, uploadBatch } from './scan.ts';

type Act = (stage: Stage, stopping: AbortSignal) => Promise<void>;

/** Each client does one thing again and again, with a rest of up to so many milliseconds in between. */
const clients: readonly { act: Act; restMs: number }[] = [
  { act: scanOnce, restMs: 25 },
  { act: scanOnce, restMs: 25 },
  { act: scanOnce, restMs: 50 },
  { act: scanOnce, restMs: 50 },
  { act: uploadBatch, restMs: 120 },
  { act: uploadBatch, restMs: 120 },
  { act: redeemOnce, restMs: 120 },
  { act: annulOnce, restMs: 250 },
  { act: overrideOnce, restMs: 200 },
  { act: cancelOnce, restMs: 400 },
  { act: enrollOnce, restMs: 200 },
];

/** Lets the clients loose. Stopping waits until each has finished what it does. */
export function runClients(stage: Stage): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = clients.map(async ({ act, restMs }) => {
    while (!stopping.signal.aborted) {
      await act(stage, stopping.signal);
      await pause(Math.random() * restMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  });
  const all = Promise.all(running);
  all.catch((error: unknown) => stage.violations.push(`a client broke: ${String(error)}`));
  return {
    async stop() {
      stopping.abort();
      await Promise.allSettled(running);
    },
  };
}
