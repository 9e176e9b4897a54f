import { expect, it } from 'vitest';
import { lookAgain } from '../src/look-again.ts';

const MINUTE = 60_000;
const quiet = { skipped: 0, lockTtlMs: 20_000, waiting: [] };
const waiting = (...times: number[]) => times.map((waitsForMs) => ({ waitsForMs }));

it('the schedule keeps to its times where nobody is waited for', () => {
  expect(lookAgain(quiet)).toBeUndefined();
});

it('it looks again when a held lock has run out', () => {
  expect(lookAgain({ ...quiet, skipped: 1 })).toEqual({ againAfterMs: 20_000 });
});

it('it looks again within a minute while a device is waited for, which may report in at any time', () => {
  expect(lookAgain({ ...quiet, waiting: waiting(90 * MINUTE) })).toEqual({ againAfterMs: MINUTE });
});

it('it looks again when the first grace ends, if that is sooner', () => {
  expect(lookAgain({ ...quiet, waiting: waiting(90 * MINUTE, 5_000, 70_000) })).toEqual({
    againAfterMs: 6_000,
  });
  expect(lookAgain({ ...quiet, waiting: waiting(-5) })).toEqual({ againAfterMs: 1_000 });
});

it('of several reasons the soonest counts', () => {
  expect(lookAgain({ skipped: 2, lockTtlMs: 20_000, waiting: waiting(90 * MINUTE) })).toEqual({
    againAfterMs: 20_000,
  });
});
