import { runInvariants } from '@turnout/invariants/run-invariants';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyEventPlan } from './event-plan.ts';
import { expectStateAsForetold } from './final-state.ts';
import {
  expectAnswersToBeStored,
  expectAnswersToFit,
  expectDoorFirstsToBeFirst,
  expectFirstsToBeFirst,
  expectNothingToBeOversold,
} from './ledger.ts';
import { Model } from './model.ts';
import { modelSettings, repeatable } from './settings.ts';
import { asCommand, type Step } from './step.ts';
import { enrollSomeone } from './steps/enroll.ts';
import { anyStep, anyStepOrTheEnd } from './steps/every-step.ts';
import { putOrderOf } from './steps/put-order.ts';
import { beginStory, type Story, through } from './story.ts';
import { openWorld, UnavailableError, type World } from './world.ts';

const STORIES_AT_ONCE = 5;
/** Three people: one has paid, one has not, one has no order. */
const beginning = [
  enrollSomeone,
  enrollSomeone,
  enrollSomeone,
  putOrderOf({ person: 0, status: 'paid', quantities: [2, 1] }),
  putOrderOf({ person: 1, status: 'pending', quantities: [1, null] }),
];
const settings = modelSettings();
/** A story that has begun is told to its end. */
const timeout = settings.timeLimitMs + 180_000;

describe('whatever happens at an event', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
  });

  it('is answered and ends as the model says, one thing after another', { timeout }, async () => {
    const commands = fc.commands([anyStepOrTheEnd.map(asCommand)], { maxCommands: 30, size: 'max' });
    const until = performance.now() + settings.timeLimitMs;
    let told = 0;
    const property = fc.asyncProperty(anyEventPlan, commands, async (plan, steps) => {
      if (told > 0 && performance.now() > until) return;
      await unlessUnavailable(async () => {
        const story = await beginStory(world, plan);
        const carried = { known: story.known, model: new Model(story.times, story.productIds) };
        for (const step of beginning) (await step.act(story))(carried.model);
        await fc.asyncModelRun(() => ({ model: carried, real: story }), steps);
        await expectStateAsForetold(story, carried.model);
      });
      told += 1; // not by one that failed, so that a shorter one is looked for
    });
    await repeatable(settings, () => fc.assert(property, { seed: settings.seed, numRuns: settings.runs }));
    await expectNothingBroken(world);
  });

  it('holds together when two processes do it all at once', { timeout }, async () => {
    const lanes = 6;
    const plan = fc.record({
      event: anyEventPlan,
      lanes: fc.array(fc.array(anyStep, { minLength: 25, maxLength: 25 }), {
        minLength: lanes,
        maxLength: lanes,
      }),
    });
    await repeatable(settings, async () => {
      const until = performance.now() + settings.timeLimitMs;
      for (const told of fc.sample(plan, { seed: settings.seed, numRuns: STORIES_AT_ONCE })) {
        if (performance.now() > until) break;
        const story = await beginStory(world, told.event);
        for (const step of beginning) await step.act(story);
        await Promise.all(told.lanes.map((steps, lane) => inOrder(steps, through(story, lane % 2))));
        expect(story.known.answers).not.toEqual([]);
        expect(story.known.answers.filter(({ status }) => status === 500)).toEqual([]);
        expectAnswersToFit(story);
        await expectAnswersToBeStored(world.db, story);
        await expectFirstsToBeFirst(world.db, story);
        await expectDoorFirstsToBeFirst(world.db, story);
        await expectNothingToBeOversold(world.db, story);
      }
      await expectNothingBroken(world);
    });
  });
});

async function inOrder(steps: readonly Step[], story: Story): Promise<void> {
  for (const step of steps) {
    if (step.isPossible(story.known)) await unlessUnavailable(() => step.act(story));
  }
}

/** A machine that is too slow for the services' deadlines breaks no promise; it only ends what it was part of. */
async function unlessUnavailable(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
  }
}

async function expectNothingBroken(world: World): Promise<void> {
  const findings = await runInvariants(world.database.url);
  expect(findings.length).toBeGreaterThan(5);
  expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([]);
}
