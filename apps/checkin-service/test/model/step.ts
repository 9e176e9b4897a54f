import type fc from 'fast-check';
import type { Model } from './model.ts';
import type { Known, Story } from './story.ts';

/**
 * One thing that people do at an event. It is a plan: which person or scan it is about is looked up when it is done, so
 * the same step can be done alone with a model beside it, or at the same time as others.
 */
export interface Step {
  /** As a failure shows it. */
  title: string;
  isPossible(known: Known): boolean;
  /** Does it, and answers what to ask a model that has seen everything before it. */
  act(story: Story): Promise<(model: Model) => void>;
}

/** What a run of commands carries along: what clients know, and what should be true. */
export interface Carried {
  known: Known;
  model: Model;
}

/** A step as a command of fast-check: done one after another, each judged by the model. */
export function asCommand(step: Step): fc.AsyncCommand<Carried, Story> {
  return {
    check: ({ known }) => step.isPossible(known),
    run: async ({ model }, story) => (await step.act(story))(model),
    toString: () => step.title,
  };
}

/** One of the list, by any number; the list is not empty when a step is possible. */
export function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}
