/**
 * Traces, sent to an OTLP collector over HTTP. Trace ids in log lines come from the logger itself.
 *
 * What a collector keeps is read by more people than the database, so no personal data may reach it: URLs
 * hold access codes and search terms and are left out in favour of `http.route`, and of a statement only its
 * text with placeholders is sent. A collector that is away costs nothing but its spans.
 */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { SECOND } from './durations.ts';
import { onTelemetryFlush } from './telemetry-flush.ts';
import { noteTraceExport } from './trace-export.ts';

/** Nobody is interested in how often a probe looked. */
const UNTRACED = new Set(['/livez', '/readyz', '/metrics']);

/**
 * What a span says of a request by default, and must not: access codes and search terms, and whatever a device or a
 * proxy wrote about whoever holds it. Nobody has checked it.
 */
const NOT_OF_A_REQUEST = Object.fromEntries(
  [
    'url.path',
    'url.query',
    'client.address',
    'network.peer.address',
    'network.peer.port',
    'server.address',
    'server.port',
    'user_agent.original',
    'user_agent.synthetic.type',
    'http.request.method_original',
  ].map((name) => [name, undefined]),
);

/** How long the last spans may hold up the end of the process. */
const FLUSH_MS = 2 * SECOND;

/** What the environment may overrule. The SDK would otherwise export metrics and logs, and describe the machine. */
const DEFAULTS: Readonly<Record<string, string>> = {
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_NODE_RESOURCE_DETECTORS: 'env,serviceinstance',
  OTEL_EXPORTER_OTLP_TIMEOUT: '1500',
};

/** Starts tracing this process; must run before the modules it instruments are imported. */
export function startTelemetry(): void {
  for (const [name, value] of Object.entries(DEFAULTS)) process.env[name] ||= value;
  const sdk = new NodeSDK({
    traceExporter: withoutQuotes(new OTLPTraceExporter()),
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: ({ url = '' }) => UNTRACED.has(url.split('?', 1)[0] ?? ''),
        startIncomingSpanHook: () => NOT_OF_A_REQUEST,
        // The URLs of other systems hold secrets of theirs, and our trace ids are none of their business: who calls out
        // makes a span of its own.
        disableOutgoingRequestInstrumentation: true,
      }),
      new ExpressInstrumentation({
        ignoreLayersType: [ExpressLayerType.MIDDLEWARE, ExpressLayerType.ROUTER],
      }),
      new PgInstrumentation({
        requireParentSpan: true,
        ignoreConnectSpans: true,
        requestHook: (span, { query }) => span.setAttribute('db.query.text', withoutLiterals(query.text)),
      }),
      new IORedisInstrumentation({ requireParentSpan: true }),
      new AmqplibInstrumentation(),
    ],
  });
  sdk.start();
  noteTraceExport(undefined);
  onTelemetryFlush(async () => {
    const givenUp = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_MS).unref());
    await Promise.race([sdk.shutdown().catch(() => {}), givenUp]);
  });
}

/** Who publishes a message may call it whatever they want; ours are UUIDs. */
const NAMED_BY_STRANGERS = ['messaging.message_id', 'messaging.conversation_id'];

function isUuid(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

/** An error that an instrumentation has recorded may quote what was sent, as PostgreSQL does; its kind says enough. */
function withoutQuotes(exporter: OTLPTraceExporter): OTLPTraceExporter {
  const send = exporter.export.bind(exporter);
  exporter.export = (spans, done) => {
    for (const { attributes, events, status } of spans) {
      for (const name of NAMED_BY_STRANGERS) if (!isUuid(attributes[name])) delete attributes[name];
      const exceptions = events.filter(({ name }) => name === 'exception');
      if (exceptions.length > 0) delete status.message;
      for (const { attributes = {} } of exceptions) {
        delete attributes['exception.message'];
        delete attributes['exception.stacktrace'];
      }
    }
    send(spans, (result) => {
      noteTraceExport(result.code === 0);
      done(result);
    });
  };
  return exporter;
}

/** Sequelize writes values into some of its statements. */
function withoutLiterals(statement: string): string {
  return statement.replaceAll(/'(?:[^']|'')*'/g, "'?'");
}
