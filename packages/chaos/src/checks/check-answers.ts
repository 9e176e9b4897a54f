import type { Exchange } from '../clients/traffic.ts';
import { wasFrozen } from '../stack/instance.ts';
import type { Stage } from '../stage.ts';

const PROMISED_MS = 2_000;
/** What a busy machine may add to it. */
const TOLERANCE_MS = 500;

/** Answers of processes that were not stopped themselves, and how long the longest of them took. */
export function checkAnswers({ traffic }: Stage): { longestMs: number; problems: string[] } {
  const answers = traffic.exchanges.filter(
    ({ outcome, instance, from, to }) =>
      (outcome === 'answered' || outcome === 'no answer') && !wasFrozen(instance, from, to),
  );
  const took = ({ from, to }: Exchange) => to - from - traffic.stalledMs(from, to);
  const late = answers.filter((one) => took(one) > PROMISED_MS + TOLERANCE_MS);
  return {
    longestMs: Math.round(answers.reduce((longest, one) => Math.max(longest, took(one)), 0)),
    problems: late.map(
      (one) =>
        `${one.what} at ${one.instance.name}: ${one.outcome} ${one.status || ''} after ${Math.round(took(one))} ms`,
    ),
  };
}
