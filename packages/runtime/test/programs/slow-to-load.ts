// A service whose modules are loaded only after SIGUSR2, and that has one span to hand over when it stops.
import { once } from 'node:events';
import { trace } from '@opentelemetry/api';

const alive = setInterval(() => {}, 1_000);
const told = once(process, 'SIGUSR2');
process.stdout.write(`${JSON.stringify({ msg: 'loading' })}\n`);
await told;
clearInterval(alive);

const { runUntilSignal } = await import('@turnout/runtime/lifecycle');
const { createLogger } = await import('@turnout/runtime/logger');
const logger = createLogger({ name: 'slow-to-load' });
const graceMs = Number(process.env.TEST_GRACE_MS ?? 10_000);

await runUntilSignal(
  async () => {
    const opened = new AsyncDisposableStack();
    const heartbeat = setInterval(() => {}, 1_000);
    opened.defer(() => clearInterval(heartbeat));
    opened.defer(() => logger.info('closed'));
    trace.getTracer('test').startSpan('the only one').end();
    logger.info('ready');
    return opened;
  },
  { logger, graceMs },
);
