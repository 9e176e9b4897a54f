// A service that a test starts as a process: it logs what happens to it. Its argument says how it behaves.
import { readEnvironment } from '@turnout/runtime/config';
import { failpoint } from '@turnout/runtime/failpoint';
import { runUntilSignal, startPart } from '@turnout/runtime/lifecycle';
import { createLogger } from '@turnout/runtime/logger';
import { z } from 'zod';

const behaviour = process.argv[2];
const logger = createLogger({ name: 'short-life' });

await runUntilSignal(
  async () => {
    if (behaviour === 'no-config') readEnvironment({}, z.object({ DATABASE_URL: z.string() }));
    if (behaviour === 'no-database') {
      await startPart('PostgreSQL', 'Is it running, and is DATABASE_URL right?', () =>
        Promise.reject(new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:1')])),
      );
    }
    if (behaviour === 'bug-in-start') throw new TypeError('x is not a function');
    await using opened = new AsyncDisposableStack();
    opened.defer(() => logger.info('database closed'));
    opened.defer(() => logger.info('server closed'));
    if (behaviour === 'hangs') opened.defer(() => new Promise(() => {}));
    const heartbeat = setInterval(() => {}, 1000);
    opened.defer(() => clearInterval(heartbeat));
    if (behaviour === 'crashes') setImmediate(() => Promise.reject(new Error('nobody waits for this')));
    if (behaviour === 'passes-a-point')
      process.on('SIGUSR2', () => {
        failpoint('short-life.passed');
        logger.info('passed');
      });
    logger.info('ready');
    return opened.move();
  },
  { logger, graceMs: behaviour === 'hangs' ? 300 : 30_000 },
);
