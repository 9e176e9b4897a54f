import { describe, expect, it } from 'vitest';
import { deck } from '../src/faults/deck.ts';
import { exclude } from '../src/faults/fault.ts';
import { describePlan, planRun } from '../src/plan/plan-run.ts';
import { SECONDS, SEEDS } from './seeds-of-npm-test.ts';

const plans = Array.from({ length: 200 }, (_, seed) => planRun(seed, 60, deck));

describe('the schedule of a seed', () => {
  it('is the same each time, and another one for another seed', () => {
    expect(describePlan(planRun(7, 60, deck))).toEqual(describePlan(planRun(7, 60, deck)));
    expect(new Set(plans.map((plan) => describePlan(plan).slice(1).join())).size).toBe(plans.length);
  });

  it('never strikes with two faults at once that exclude each other', () => {
    for (const { faults } of plans) {
      for (const [index, one] of faults.entries()) {
        const meanwhile = faults.slice(index + 1).filter(({ atMs }) => atMs < one.atMs + one.forMs);
        const wrong = meanwhile.filter(({ fault }) => exclude(one.fault, fault));
        expect(wrong.map(({ fault }) => [one.fault.name, fault.name])).toEqual([]);
      }
    }
  });

  it('begins all faults within its time, and none before the clients have something to lose', () => {
    for (const { faults } of plans) {
      expect(faults.length).toBeGreaterThan(15);
      for (const { atMs, forMs } of faults) {
        expect(atMs).toBeGreaterThan(1_000);
        expect(atMs).toBeLessThanOrEqual(60_000);
        expect(forMs).toBeGreaterThan(0);
      }
    }
  });

  it('brings each kind of fault before it brings any for the second time', () => {
    const { faults } = planRun(1, 600, deck);
    const names = faults.map(({ fault }) => fault.name);
    expect(new Set(names.slice(0, deck.length)).size).toBe(deck.length);
  });

  it('brings every kind of fault in the seeds of npm test', () => {
    const names = SEEDS.flatMap((seed) => planRun(seed, SECONDS, deck).faults.map(({ fault }) => fault.name));
    expect(deck.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
  });
});
