import { setTimeout as pause } from 'node:timers/promises';
import { NothingHappened, type Target } from './faults/fault.ts';
import type { Plan, PlannedFault } from './plan/plan-run.ts';
import type { Stage } from './stage.ts';

/** A fault as it was, by the steady clock and by the wall clock. */
export interface Struck {
  planned: PlannedFault;
  from: number;
  to: number;
  fromWall: number;
  toWall: number;
}

/**
 * Strikes as planned. A fault waits for another one of its target that takes longer than planned; the order stays.
 * What could not be brought about is a violation like what does not come back: the run has proved less than it says.
 */
export async function runFaults(stage: Stage, { faults }: Plan): Promise<Struck[]> {
  const began = performance.now();
  const free = new Map<Target, Promise<unknown>>();
  const struck = faults.map(async (planned) => {
    const { touches } = planned.fault;
    const turn = Promise.all([...touches.map((target) => free.get(target)), pause(planned.atMs)]);
    const done = turn.then(() => strike(stage, planned, began));
    for (const target of touches) free.set(target, done);
    return await done;
  });
  return await Promise.all(struck);
}

async function strike(stage: Stage, planned: PlannedFault, began: number): Promise<Struck> {
  const { fault, victim, forMs } = planned;
  const from = performance.now();
  const fromWall = Date.now();
  const at = `${((from - began) / 1000).toFixed(1).padStart(5)} s`;
  let came: string | undefined;
  try {
    came = await fault.strike(stage, { forMs, victim });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    stage.violations.push(
      error instanceof NothingHappened ? `proved too little: ${said}` : `${fault.name}: ${said}`,
    );
    came = said;
  }
  const to = performance.now();
  const lasted = `${((to - from) / 1000).toFixed(1)} s`;
  stage.say(`${at}  ${fault.name}${victim && ` (${victim})`}: ${lasted}${came ? `, ${came}` : ''}`);
  return { planned, from, to, fromWall, toWall: Date.now() };
}
