import { startProxy } from '@turnout/test-kit/start-proxy';
import { startService } from '../programs.ts';
import type { Row } from '../table.ts';
import type { RelayBench } from './bench.ts';
import { turnout } from './contestants.ts';
import { MESSAGES } from './messages.ts';

const BACKLOG = MESSAGES;
const LIMIT_SECONDS = 15;
const OUTAGE_MS = 120_000;

/**
 * What an outage of the broker has left behind: the relay loses its connections and gets no new ones while rows are
 * committed. The clock runs from the moment the broker can be reached again, so the pauses between tries are part of
 * it.
 */
export async function benchmarkBacklog({ stand, db, queue }: RelayBench): Promise<Row[]> {
  await using broker = await startProxy(stand.amqpUrl);
  const { unit } = await startService(stand, 'closure', { AMQP_URL: broker.url });
  try {
    await queue.empty();
    broker.cut();
    stand.say(`backlog: committing ${BACKLOG.toLocaleString('en-US')} messages while the broker is away`);
    await turnout.fill(db, stand, BACKLOG);
    await db.query('analyze outbox.messages');
    await db.query('checkpoint');
    broker.heal();
    const began = performance.now();
    await queue.holds(BACKLOG, OUTAGE_MS);
    const seconds = (performance.now() - began) / 1000;
    stand.say(`backlog: drained in ${seconds.toFixed(1)} s`);
    return [
      {
        what: 'draining 100,000 after an outage of the broker; beside the limit',
        unit: 's',
        floor: LIMIT_SECONDS,
        measured: seconds,
        target: { atMost: 1 },
      },
    ];
  } finally {
    await unit.stop();
    await turnout.clear(db);
  }
}
