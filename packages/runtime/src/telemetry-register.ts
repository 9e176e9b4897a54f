/**
 * Preloaded before a service: `node --import @turnout/runtime/telemetry-register src/main.ts`.
 *
 * Without an OTLP endpoint in the environment nothing is recorded; the ids of a trace still go from requests to logs
 * and messages. With one it hooks the modules that are instrumented, in this thread and before anything imports them:
 * an ESM import that happened earlier can't be traced any more, and the hooks that run on a thread of their own miss
 * ioredis, express and route names.
 *
 * Being first, it also sees to it that a signal to stop which comes while the service is loaded is not lost.
 */
import { stopRequested } from './stop-signal.ts';

void stopRequested();

const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_SDK_DISABLED } = process.env;

if ((OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || OTEL_EXPORTER_OTLP_ENDPOINT) && OTEL_SDK_DISABLED !== 'true') {
  const { register } = await import('import-in-the-middle/register-hooks.mjs');
  register({
    include: ['http', 'https', 'node:http', 'node:https', 'express', 'pg', 'pg-pool', 'amqplib', 'ioredis'],
  });
  const { startTelemetry } = await import('./telemetry.ts');
  startTelemetry();
} else {
  const { carryTraceIds } = await import('./carry-trace-ids.ts');
  carryTraceIds();
}
