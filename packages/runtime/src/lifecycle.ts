/**
 * The life of a process: start, run until told to stop, stop in order, exit.
 *
 * SIGTERM and SIGINT dispose what was started (an AsyncDisposableStack does that in reverse) and exit 0.
 * A signal while the service is loaded or starts waits for the start, then stops. More signals change nothing, because
 * a terminal's Ctrl-C and a supervisor's SIGTERM usually arrive together; what hangs is ended by the grace time, with
 * exit code 1. Spans that find no collector by then are lost, and no failure. An error nobody caught ends the process
 * at once, since its state is unknown: everything that matters is in PostgreSQL by then or was never acknowledged.
 */
import { ConfigurationError } from './config.ts';
import { SECOND } from './durations.ts';
import { refuseFailpointsInProduction } from './failpoint.ts';
import type { Logger } from './logger.ts';
import { createLogger } from './logger.ts';
import { isStopRequested, stopRequested } from './stop-signal.ts';
import { flushTelemetry } from './telemetry-flush.ts';

export interface LifecycleOptions {
  logger?: Logger;
  /** How long stopping may take before the process ends anyway. */
  graceMs?: number;
}

/** A part of the service could not start; says which, why (the cause) and what to do about it. */
export class StartError extends Error {
  override readonly name = 'StartError';
  constructor(part: string, cause: unknown, whatToDo: string) {
    super(`${part} can't be used: ${reasonOf(cause).replace(/\.$/, '')}. ${whatToDo}`, { cause });
  }
}

/** Runs `start`; what it throws becomes a {@link StartError} that names the part and what to do. */
export async function startPart<T>(part: string, whatToDo: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    throw new StartError(part, error, whatToDo);
  }
}

/** Starts the service and returns when it has stopped; the process then exits by itself with a code. */
export async function runUntilSignal(
  start: () => Promise<AsyncDisposable>,
  { logger = defaultLogger(), graceMs = 10 * SECOND }: LifecycleOptions = {},
): Promise<void> {
  const stopping = stopRequested();
  let code: number | undefined;
  void stopping.then(() => setTimeout(giveUp, graceMs));
  function giveUp(): void {
    if (code !== undefined) process.exit(code);
    logger.fatal({ graceMs }, 'did not stop in time; exiting');
    process.exit(1);
  }
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught error; exiting');
    process.exit(1);
  });

  const service = await startOrExit(start, logger);
  const signal = await stopping;
  logger.info({ signal }, 'stopping');

  try {
    await service[Symbol.asyncDispose]();
    logger.info('stopped');
    code = 0;
  } catch (error) {
    logger.error({ err: error }, 'stopping failed');
    code = 1;
  }
  await flushTelemetry();
  process.exit(code);
}

async function startOrExit(start: () => Promise<AsyncDisposable>, logger: Logger): Promise<AsyncDisposable> {
  try {
    refuseFailpointsInProduction(process.env);
    return await start();
  } catch (error) {
    if (isStopRequested()) {
      logger.info('told to stop before it had started');
      process.exit(0);
    }
    // A sentence for people needs no stack; anything else does.
    if (error instanceof ConfigurationError || error instanceof StartError) logger.fatal(error.message);
    else logger.fatal({ err: error }, 'the service did not start');
    await flushTelemetry();
    process.exit(1);
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

function defaultLogger(): Logger {
  return createLogger({
    name: process.env.OTEL_SERVICE_NAME ?? 'service',
    level: process.env.LOG_LEVEL,
    format: process.env.LOG_FORMAT,
  });
}
