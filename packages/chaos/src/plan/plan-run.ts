import { exclude, type Fault } from '../faults/fault.ts';
import type { WrongClock } from '../stack/shifted-clock.ts';
import { type Random, seededRandom } from './random.ts';

/** Which fault strikes whom, when and for how long; all times in milliseconds from the first request. */
export interface PlannedFault {
  atMs: number;
  forMs: number;
  fault: Fault;
  /** An instance such as `checkin-b`, or '' where there is nothing to choose. */
  victim: string;
}

export interface Plan {
  seed: number;
  seconds: number;
  clock: WrongClock;
  faults: PlannedFault[];
}

/** Faults that may be under way at once. */
const LANES = 2;

/** Before the first one: the clients need something to lose. */
const CALM_MS = 1_500;

/**
 * Draws a run from its seed. The deck of faults is shuffled and dealt to two lanes until the time is over, so that each
 * kind comes before any comes twice; faults that exclude each other are never under way at once.
 */
export function planRun(seed: number, seconds: number, deck: readonly Fault[]): Plan {
  const random = seededRandom(seed);
  const service = random.pick(['checkin', 'closure', 'admin', 'notifier'] as const);
  const clock: WrongClock = { instance: `${service}-b`, hours: random.pick([3, -3] as const) };
  const endMs = seconds * 1_000;
  const lanes = Array.from({ length: LANES }, () => ({ freeMs: CALM_MS, fault: null as Fault | null }));
  const faults: PlannedFault[] = [];
  let waiting = random.shuffled(deck);
  for (;;) {
    const lane = lanes.reduce((one, other) => (other.freeMs < one.freeMs ? other : one));
    const atMs = lane.freeMs + random.between(100, 500);
    if (atMs > endMs) return { seed, seconds, clock, faults };
    const under = lanes.filter((other) => other !== lane).flatMap(({ fault }) => fault ?? []);
    if (waiting.length === 0) waiting = random.shuffled(deck);
    const next = waiting.findIndex((fault) => !under.some((other) => exclude(fault, other)));
    if (next === -1) {
      lane.freeMs = Math.max(...lanes.map(({ freeMs }) => freeMs)) + 1;
      lane.fault = null;
      continue;
    }
    const [fault] = waiting.splice(next, 1) as [Fault];
    faults.push(drawFault(fault, atMs, random));
    const { forMs } = faults.at(-1) as PlannedFault;
    lane.freeMs = atMs + forMs + (fault.recoversWithinMs ?? 0);
    lane.fault = fault;
  }
}

function drawFault(fault: Fault, atMs: number, random: Random): PlannedFault {
  const [least, most] = fault.lastsMs;
  const forMs = random.between(least / 100, most / 100) * 100;
  const victim = fault.victims ? random.pick(fault.victims) : '';
  return { atMs, forMs, fault, victim };
}

export function describePlan({ seed, seconds, clock, faults }: Plan): string[] {
  return [
    `seed ${seed}, ${seconds} seconds, ${faults.length} faults; the clock of ${clock.instance} is ${clock.hours > 0 ? '+' : ''}${clock.hours} h`,
    ...faults.map(
      ({ atMs, forMs, fault, victim }) =>
        `  at ${(atMs / 1000).toFixed(1).padStart(5)} s for ${(forMs / 1000).toFixed(1)} s  ${fault.name}${victim && ` (${victim})`}`,
    ),
  ];
}
