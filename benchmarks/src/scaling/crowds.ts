import { type Crowd, simulateCrowd } from './crowd.ts';

const MANY_EVENTS = 48;

/** The same as `processes` measures, beside which it can be held. */
const AS_MEASURED = { connections: 96, processors: { forAll: 2 } } as const;
const OF_THEIR_OWN = { connections: 384, processors: { ofDatabase: 8 } } as const;

/** Prints what several processes do with the scans of one event and of many. */
export function printCrowds(): void {
  console.log(
    '\nSimulated: 96 connections, two processors for everything, as `--only processes` measures it\n',
  );
  for (const processes of [1, 2, 3]) {
    printRow(processes, {
      'one event': { processes, events: 1, spread: 'over all processes', ...AS_MEASURED },
      'an event each': { processes, events: processes, spread: 'by event', ...AS_MEASURED },
    });
  }
  console.log('\nSimulated: 384 connections, a processor for each process, eight for PostgreSQL\n');
  for (const processes of [1, 2, 3, 6]) {
    printRow(processes, {
      'one event': { processes, events: 1, spread: 'over all processes', ...OF_THEIR_OWN },
      'one event, hashed': { processes, events: 1, spread: 'by event', ...OF_THEIR_OWN },
      '48 events': { processes, events: MANY_EVENTS, spread: 'over all processes', ...OF_THEIR_OWN },
      '48 events, hashed': { processes, events: MANY_EVENTS, spread: 'by event', ...OF_THEIR_OWN },
    });
  }
}

function printRow(processes: number, crowds: Record<string, Crowd>): void {
  const cells = Object.entries(crowds).map(([name, crowd]) => {
    const { scansASecond, scansInASet, lockBusy, databaseBusy } = simulateCrowd(crowd);
    const percent = (part: number) => `${(part * 100).toFixed(0)} %`;
    return `${name} ${scansASecond.toFixed(0)}/s (sets of ${scansInASet.toFixed(1)}, lock ${percent(lockBusy)}, PostgreSQL ${percent(databaseBusy)})`;
  });
  console.log(`  ${processes} processes: ${cells.join('; ')}`);
}
