import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shiftedClock } from '../src/stack/shifted-clock.ts';

const HOUR = 3_600_000;
const PROGRAM = `
  const began = performance.now();
  setTimeout(() => console.log(JSON.stringify({
    now: Date.now(), made: new Date().getTime(), text: Date.parse(Date()), given: new Date(5).getTime(),
    isDate: new Date() instanceof Date, took: performance.now() - began,
  })), 50);`;

describe('a process with a wrong clock', () => {
  it.each([3, -3])('reads %i hours more everywhere, and waits as long as any other', (hours) => {
    const { stdout } = spawnSync(process.execPath, ['-e', PROGRAM], {
      env: { PATH: process.env.PATH, ...shiftedClock(hours).environment },
      encoding: 'utf8',
      timeout: 20_000,
    });
    const { now, made, text, given, isDate, took } = JSON.parse(stdout) as Record<string, number>;
    for (const read of [now, made, text])
      expect(Math.abs((read ?? 0) - Date.now() - hours * HOUR)).toBeLessThan(10_000);
    expect({ given, isDate }).toEqual({ given: 5, isDate: true });
    expect(took).toBeLessThan(5_000);
  });
});
