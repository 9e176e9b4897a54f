import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '../durations.ts';
import type { Places } from './places.ts';
import type { Refusal } from './reply.ts';

/** Requests that may wait for a place. */
export const WAITING = 100;
/** A request that has waited so long still has time to be worked on. */
export const LONGEST_WAIT_MS = SECOND;

const TURNING_AWAY_MS = 500;

const tooBusy: Refusal = {
  problem: 'unavailable',
  detail: 'This service is overloaded right now. Try again in a second.',
  headers: { 'Retry-After': '1' },
};

/**
 * Not at once: clients that ask again as soon as they are refused would keep the process busy with refusing, and what
 * is urgent would wait for that. Whoever waits for a refusal asks for nothing else meanwhile.
 */
export async function turnAway(): Promise<Refusal> {
  await sleep(TURNING_AWAY_MS);
  return tooBusy;
}

/** The place is given back when the work is over: also work that is too late is work. */
export async function inAPlace<Done>(
  places: Places,
  signal: AbortSignal,
  work: () => Promise<Done>,
): Promise<Done | Refusal> {
  const giveBack = await places.take();
  if (giveBack === null) return await turnAway();
  try {
    // Whoever left while waiting needs no answer.
    signal.throwIfAborted();
    return await work();
  } finally {
    giveBack();
  }
}
