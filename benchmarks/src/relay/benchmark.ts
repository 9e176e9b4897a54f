import { openStand } from '../stand.ts';
import { printTable, type Row } from '../table.ts';
import { benchmarkBacklog } from './backlog.ts';
import { openRelayBench, type RelayBench } from './bench.ts';
import { benchmarkLatency } from './latency.ts';
import { benchmarkNotifier } from './notifier.ts';
import { benchmarkOrder } from './order.ts';
import { benchmarkFloor, benchmarkPeers } from './throughput.ts';

export const parts: Record<string, (bench: RelayBench) => Promise<Row[]>> = {
  floor: benchmarkFloor,
  peers: benchmarkPeers,
  latency: benchmarkLatency,
  backlog: benchmarkBacklog,
  order: benchmarkOrder,
  notifier: benchmarkNotifier,
};

/**
 * `npm run bench -- relay`: from the outbox to a quorum queue beside raw publishing and beside packages that do the
 * same, and from the queue to what the notifier owes to people.
 *
 * @returns whether every target was met, to within ten per cent
 */
export async function benchmarkRelay(only: readonly string[]): Promise<boolean> {
  await using stand = await openStand();
  await using bench = await openRelayBench(stand);
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (only.length === 0 || only.includes(name)) rows.push(...(await measure(bench)));
  }
  return printTable('from the outbox to the queue, and on to the notifier', rows);
}
