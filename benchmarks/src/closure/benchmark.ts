import { openStand } from '../stand.ts';
import { printTable, type Row } from '../table.ts';
import { type Bench, openBench } from './bench.ts';
import { benchmarkManyEvents } from './many-events.ts';
import { benchmarkMillion } from './million.ts';
import { benchmarkOneEvent } from './one-event.ts';

export const parts: Record<string, (bench: Bench) => Promise<Row[]>> = {
  'one-event': benchmarkOneEvent,
  'many-events': benchmarkManyEvents,
  million: benchmarkMillion,
};

/**
 * `npm run bench -- closure`: closure-service as it is shipped beside a statement written by hand, and beside itself
 * with more to do and with more instances.
 *
 * @returns whether every target was met, to within ten per cent
 */
export async function benchmarkClosure(only: readonly string[]): Promise<boolean> {
  await using stand = await openStand();
  await using bench = await openBench(stand);
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (only.length === 0 || only.includes(name)) rows.push(...(await measure(bench)));
  }
  return printTable('closure-service', rows);
}
