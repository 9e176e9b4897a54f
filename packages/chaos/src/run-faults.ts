import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { exclude, NothingHappened } from './faults/fault.ts';
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
 * Strikes as planned. A fault waits for an earlier one that excludes it and takes longer than planned; the order stays.
 * What could not be brought about is a violation like what does not come back: the run has proved less than it says.
 */
export async function runFaults(stage: Stage, { faults }: Plan): Promise<Struck[]> {
  const began = performance.now();
  const struck: Promise<Struck>[] = [];
  for (const [index, planned] of faults.entries()) {
    const before = struck.filter((_, earlier) =>
      exclude((faults[earlier] as PlannedFault).fault, planned.fault),
    );
    const turn = Promise.all([...before, pause(planned.atMs)]);
    struck[index] = turn.then(() => strike(stage, planned, began));
  }
  return await Promise.all(struck);
}

async function strike(stage: Stage, planned: PlannedFault, began: number): Promise<Struck> {
  const { fault, victim, forMs } = planned;
  if (fault.disturbs === 'closures') await untilClosing(stage);
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

/** After a fault of PostgreSQL closing pauses for some seconds; a fault that is meant for it waits for it. */
async function untilClosing({ db }: Stage): Promise<void> {
  const closing = async () => (await db.query(CLOSING)).length > 0;
  await waitUntil(closing, { within: CLOSES_WITHIN_MS, every: 50 }).catch(() => undefined);
}

const CLOSES_WITHIN_MS = 15_000;

const CLOSING = `
  select from attendance.closure_runs where started_at > clock_timestamp() - interval '500 milliseconds' limit 1`;
