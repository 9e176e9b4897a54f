// graphile-worker as a relay, with the settings of its page on performance: a local queue, completions in batches.
import { run } from 'graphile-worker';
import { type BenchMessage, openPeerPublisher } from './publisher.ts';

const publish = await openPeerPublisher();
const runner = await run({
  connectionString: process.env.DATABASE_URL ?? '',
  parsedCronItems: [],
  noHandleSignals: true,
  taskList: { publish: async (payload) => await publish(payload as BenchMessage) },
  preset: {
    worker: {
      concurrentJobs: 200,
      maxPoolSize: 10,
      localQueue: { size: 500 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
});
process.once('SIGTERM', () => void runner.stop().finally(() => process.exit(0)));
