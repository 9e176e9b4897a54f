// pg-boss as a relay: large batches, fetched without a pause as long as they are full, and all of a batch under way at
// once.
import { PgBoss } from 'pg-boss';
import { type BenchMessage, openPeerPublisher } from './publisher.ts';

const publish = await openPeerPublisher();
const boss = new PgBoss(process.env.DATABASE_URL ?? '');
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue('publish');
const settings = { batchSize: 1_000, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true, priority: false };
await boss.work<BenchMessage>('publish', settings, async (jobs) => {
  await Promise.all(jobs.map(({ data }) => publish(data)));
});
process.once('SIGTERM', () => void boss.stop().finally(() => process.exit(0)));
