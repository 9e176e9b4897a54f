import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { prettyStream } from './logger-pretty.ts';

export type Logger = PinoLogger;

export interface LoggerConfig {
  /** The service's name, on every line. */
  name: string;
  /** `trace` … `fatal`, or `silent`. Default `info`. */
  level?: string | undefined;
  /** `json`, one object per line (default), or `pretty` for people. */
  format?: string | undefined;
  /** Where lines go; standard output unless a test wants them. */
  destination?: DestinationStream;
}

/** Values under these names are replaced, wherever callers may put them. Wildcards would cost 5 % of a request. */
const NAMES = ['authorization', 'cookie', 'password', 'secret', 'token'];
const SECRETS = ['', 'headers.', 'config.'].flatMap((place) => NAMES.map((name) => place + name));

/**
 * A logger that writes one line per entry to standard output, with `trace_id` and `span_id` of the active
 * span. Personal data, request bodies and query strings are never logged by the callers in this package.
 */
export function createLogger({ name, level = 'info', format = 'json', destination }: LoggerConfig): Logger {
  const output = destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      name,
      level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS, censor: '[hidden]' },
      serializers: { err: describeError },
      hooks: { logMethod: withOwnWords },
      mixin: traceIds,
    },
    format === 'pretty' ? prettyStream(output) : output,
  );
}

/** Of an error without a message beside it pino repeats the error's own, which may quote what was sent. */
function withOwnWords(this: Logger, args: unknown[], log: (...args: unknown[]) => void): void {
  const [first, ...rest] = args;
  const error = first instanceof Error ? first : (first as { err?: unknown } | null | undefined)?.err;
  if (rest.length > 0 || !(error instanceof Error)) log.apply(this, args);
  else log.call(this, first === error ? { err: error } : first, error.name);
}

/** Only what is about the program: libraries hang rows and statements with values on their errors. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { name, cause } = error;
  // Sequelize wraps the driver's error and takes over its words, not its code.
  const { code, parent } = error as NodeJS.ErrnoException & { parent?: { code?: unknown } };
  const message = withoutValues(error.message, code ?? parent?.code);
  const stack = error.stack?.replace(error.message, () => message);
  return {
    type: name,
    message,
    stack,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(describeError) } : {}),
  };
}

/** What PostgreSQL says of values that it can't take, it says quoting them. */
function withoutValues(message: string, code: unknown): string {
  const isAboutValues = typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code);
  return isAboutValues ? message.replace(/".*"/s, '"…"') : message;
}

function traceIds(): object {
  const context = trace.getActiveSpan()?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return {};
  return { trace_id: context.traceId, span_id: context.spanId };
}
