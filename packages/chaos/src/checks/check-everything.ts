import { runInvariants } from '@turnout/invariants/run-invariants';
import type { Plan } from '../plan/plan-run.ts';
import type { Struck } from '../run-faults.ts';
import type { Stage } from '../stage.ts';
import { checkAnswers } from './check-answers.ts';
import { checkEffects, countRepeatedMails } from './check-effects.ts';
import { checkLedger } from './check-ledger.ts';
import { checkProof } from './check-proof.ts';
import { checkTimes } from './check-times.ts';
import { checkVerdicts } from './check-verdicts.ts';
import { checkWire, countDuplicates } from './check-wire.ts';
import { checkDeadLetters } from './dead-letters.ts';

export interface Result {
  violations: string[];
  /** What was counted and measured, with what to call it. */
  figures: [name: string, value: string][];
}

/** Everything that must hold of a run, once the system has come to rest. */
export async function checkEverything(
  stage: Stage,
  run: { plan: Plan; struck: readonly Struck[]; beganAt: Date },
): Promise<Result> {
  const { ledger, otherTeam, figures, traffic } = stage;
  const fromLedger = await checkLedger(stage);
  const answers = checkAnswers(stage);
  const verdicts = await checkVerdicts(stage);
  const effects = await checkEffects(stage);
  const invariants = await runInvariants(stage.stack.servers.databaseUrl);
  const broken = invariants.flatMap(({ name, offenders }) =>
    offenders.map((row) => `invariant broken: ${name}: ${JSON.stringify(row)}`),
  );
  const violations = [
    ...stage.violations,
    ...fromLedger.problems,
    ...verdicts.problems,
    ...(await checkWire(stage)),
    ...effects,
    ...(await checkDeadLetters(stage)),
    ...(await checkTimes(stage, run.beganAt)),
    ...answers.problems,
    ...broken,
    ...(await checkProof(stage, run.plan, run.struck)),
  ];
  const unknown = ledger.operations.filter(({ wasUnknown }) => wasUnknown).length;
  const slowest = figures.recoveries.toSorted((one, other) => other.ms - one.ms)[0];
  return {
    violations,
    figures: [
      ['requests', `${traffic.exchanges.length}`],
      ['acknowledged', `${ledger.count('acknowledged')}, refused ${ledger.count('refused')}`],
      ['unknown outcomes', `${unknown} of operations, ${ledger.unknownAnswers} of requests`],
      [
        '  of these operations',
        `${fromLedger.recovered} had happened; of ${ledger.count('unknown')} the client never learned`,
      ],
      ['lost, unexpected', `${fromLedger.lost}, ${fromLedger.unexpected}`],
      ['repeated scans', `${ledger.replays}, each answered as the first time`],
      ['kills, stops', `${figures.kills}, ${figures.stops}`],
      ['answers to COMMIT lost', `${figures.commitAnswersLost}`],
      [
        'on the wire',
        `${new Set(otherTeam.heard.map(({ id }) => id)).size} messages, published again: ${countDuplicates(otherTeam.heard)}`,
      ],
      ["put into the notifier's queue again", `${figures.republished}`],
      [
        'effects doubled',
        `${effects.length}; mails sent twice under one Message-ID: ${countRepeatedMails(stage)}`,
      ],
      ['poison, all of it dead letters', `${stage.poison.size}`],
      ['verdicts compared with the ledger', `${verdicts.judged}`],
      ['longest answer', `${answers.longestMs} ms`],
      ['longest time to recover', slowest ? `${slowest.ms} ms (${slowest.after})` : 'none measured'],
    ],
  };
}
