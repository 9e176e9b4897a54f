import { setTimeout as pause } from 'node:timers/promises';
import type { Instance } from '../stack/instance.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './fault.ts';
import { instanceCalled } from './kill-services.ts';

/** What a process that goes on needs to catch up with what arrived meanwhile. */
const CATCHES_UP_MS = 500;

/** One process keeps all its connections and does nothing. */
export const processStandsStill: Fault = {
  name: 'a process stands still',
  touches: ['checkin', 'closure', 'admin', 'notifier'],
  disturbs: 'requests',
  lastsMs: [2_000, 4_000],
  victims: ['checkin-a', 'checkin-b', 'closure-a', 'admin-a', 'notifier-a', 'notifier-b'],
  async strike(stage, { forMs, victim }) {
    const instance = instanceCalled(stage, victim);
    const { pid } = instance;
    process.kill(pid, 'SIGSTOP');
    await standStill(stage, { instance, pid, forMs });
    return undefined;
  },
};

/** Lets a process that was stopped go on after a while; what it owes meanwhile is not held against it. */
export async function standStill(
  { figures }: Stage,
  { instance, pid, forMs }: { instance: Instance | undefined; pid: number; forMs: number },
): Promise<void> {
  figures.stops += 1;
  const period = { from: performance.now(), to: Number.POSITIVE_INFINITY };
  instance?.frozen.push(period);
  await pause(forMs);
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // it was killed meanwhile
  }
  period.to = performance.now() + CATCHES_UP_MS;
}
