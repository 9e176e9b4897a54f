import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { armFailpoint } from '@turnout/runtime/failpoint';
import { waitUntil } from '@turnout/test-kit/wait-until';
import type { Stage } from '../stage.ts';
import { type Fault, NothingHappened } from './fault.ts';
import { standStill } from './stand-still.ts';

/** How long a process may take to come by: an event ends every second, a scan is made every few milliseconds. */
const COMES_BY_WITHIN_MS = 12_000;

/** Whoever comes first to this place in the code ends there. */
export function killedAt(
  point: string,
  where: string,
  { touches, needs, disturbs }: Pick<Fault, 'touches' | 'needs' | 'disturbs'>,
): Fault {
  return {
    name: `SIGKILL ${where} (${point})`,
    touches,
    needs: needs ?? [],
    disturbs,
    lastsMs: [1_000, 1_500],
    async strike(stage, { forMs }) {
      await strikePoint(stage, point, 'SIGKILL');
      stage.figures.kills += 1;
      await pause(forMs);
      return undefined;
    },
  };
}

/** Whoever comes first to this place in the code stands still there, and then goes on. */
export function stoppedAt(
  point: string,
  where: string,
  { touches, needs }: Pick<Fault, 'touches' | 'needs'>,
  [least, most]: readonly [number, number],
): Fault {
  return {
    name: `SIGSTOP ${where} (${point})`,
    touches,
    needs: needs ?? [],
    disturbs: 'closures',
    lastsMs: [least, most],
    async strike(stage, { forMs }) {
      const pid = await strikePoint(stage, point, 'SIGSTOP');
      const instance = stage.stack.instances.find((one) => one.pid === pid);
      await standStill(stage, { instance, pid, forMs });
      return instance?.name;
    },
  };
}

/** Arms a point and waits until a process has come by; answers its pid. */
async function strikePoint(stage: Stage, point: string, signal: 'SIGKILL' | 'SIGSTOP'): Promise<number> {
  const { pointsDir } = stage.stack;
  armFailpoint(pointsDir, point, signal);
  const hit = () => readdirSync(pointsDir).find((name) => name.startsWith(`${point}.`));
  try {
    const name = await waitUntil(hit, { within: COMES_BY_WITHIN_MS, every: 5 });
    rmSync(join(pointsDir, name));
    stage.figures.points.push(point);
    return Number(name.slice(point.length + 1));
  } catch {
    rmSync(join(pointsDir, point), { force: true });
    throw new NothingHappened(`no process came by ${point} within ${COMES_BY_WITHIN_MS / 1000} s`);
  }
}
