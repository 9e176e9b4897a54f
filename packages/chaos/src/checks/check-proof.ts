import type { Exchange } from '../clients/traffic.ts';
import type { Plan } from '../plan/plan-run.ts';
import type { Struck } from '../run-faults.ts';
import type { Stage } from '../stage.ts';
import { countDuplicates } from './check-wire.ts';

/** Less than that of a second's work, and the system was idle. */
const ACKNOWLEDGED_PER_SECOND = 10;
const UNKNOWN_PER_RUN = 10;
const REQUESTS_PER_FAULT = 5;

/** What a run must have shown to count. */
export async function checkProof(
  stage: Stage,
  { seconds }: Plan,
  struck: readonly Struck[],
): Promise<string[]> {
  const { db, ledger, traffic, otherTeam, figures } = stage;
  const least = seconds * ACKNOWLEDGED_PER_SECOND;
  const acknowledged = ledger.count('acknowledged');
  const runs = await db.query<{ at: Date }>('select started_at as at from attendance.closure_runs');
  const closures = runs.map(({ at }) => at.getTime());
  const meanwhile = ({ from, to, fromWall, toWall, planned }: Struck): number => {
    const within = (times: readonly number[]) =>
      times.filter((at) => at >= fromWall - 500 && at <= toWall + 1_500).length;
    if (planned.fault.disturbs === 'closures') return within(closures);
    if (planned.fault.disturbs === 'messages') return traffic.between(from, to).filter(isAdmission).length;
    return Math.floor(traffic.between(from, to).length / REQUESTS_PER_FAULT);
  };
  const idle = struck.filter((one) => meanwhile(one) === 0);
  const points = figures.points.filter((point) => point === 'relay.published').length;
  return [
    ...(acknowledged < least ? [`only ${acknowledged} acknowledgements, of ${least}`] : []),
    ...(ledger.unknownAnswers < UNKNOWN_PER_RUN ? [`only ${ledger.unknownAnswers} unknown outcomes`] : []),
    ...(ledger.replays === 0 ? ['no scan was repeated'] : []),
    ...(points > 0 && countDuplicates(otherTeam.heard) === 0
      ? ['a relay was killed after a publish, and nothing was published twice']
      : []),
    ...idle.map(({ planned }) => `the system was idle during: ${planned.fault.name}`),
  ].map((problem) => `proved too little: ${problem}`);
}

/** Its message is published a moment later. */
function isAdmission({ what, status }: Exchange): boolean {
  return what.includes('/check-ins') && (status === 200 || status === 201);
}
