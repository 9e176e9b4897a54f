import { waitUntil } from '@turnout/test-kit/wait-until';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Answer } from '../../front-desk.ts';
import type { Step } from '../step.ts';
import type { Story } from '../story.ts';

/** An admin closes the event, and waits for it. */
export const closeEvent: Step = {
  title: 'close()',
  isPossible: () => true,
  async act(story) {
    const now = Date.now();
    const { status, body } = await requestRun(story);
    const run = status === 202 ? await finished(story, body.id) : null;
    return (model) => {
      const foretold = model.close(now);
      if (typeof foretold === 'string') {
        expect({ status, code: body.code }).toEqual({ status: 409, code: foretold });
        return;
      }
      expect({ status: run?.body.status, counts: run?.body.counts }).toEqual({
        status: 'succeeded',
        counts: foretold,
      });
    };
  },
};

export const anyClosing: fc.Arbitrary<Step> = fc.constant(closeEvent);

/** A run that has just finished may hold its lock for a moment longer. */
async function requestRun({ world, eventId }: Story): Promise<Answer> {
  return await waitUntil(
    async () => {
      const answer = await world.closure('POST', `/v1/events/${eventId}/closure-runs`);
      return answer.body.code !== 'closure_in_progress' && answer;
    },
    { every: 5 },
  );
}

async function finished({ world }: Story, runId: string): Promise<Answer> {
  return await waitUntil(
    async () => {
      const run = await world.closure('GET', `/v1/closure-runs/${runId}`);
      return run.body.status !== 'running' && run;
    },
    { every: 5 },
  );
}
