import { setTimeout as pause } from 'node:timers/promises';
import type { Unit } from '@turnout/local-stack/open-guard';

const PATIENCE_MS = 20_000;

/** Waits until a program that was started answers on this path, whatever it answers below 500. */
export async function waitUntilReady(url: string, path: string, unit: Unit): Promise<void> {
  const ended = unit.exited.then(() => {
    throw new Error('a program that was to be measured ended while it started');
  });
  await Promise.race([ended, answers(`${url}${path}`)]);
}

async function answers(url: string): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const status = await fetch(url)
      .then((response) => response.status)
      .catch(() => 0);
    if (status > 0 && status < 500) return;
    await pause(100);
  }
  throw new Error(`${url} did not answer`);
}
