import {
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { randomChunk } from './random.ts';

export type { Span } from '@opentelemetry/api';

/** The W3C trace context as message or row headers. */
export interface TraceHeaders {
  traceparent?: string;
  tracestate?: string;
}

const tracer = trace.getTracer('@turnout/runtime');

/**
 * What a message or row written now must carry so that its reader continues the active trace; a trace of its own where
 * none is active.
 */
export function currentTraceHeaders(): TraceHeaders {
  const headers: TraceHeaders = {};
  propagation.inject(context.active(), headers);
  if (headers.traceparent === undefined) {
    const { traceId, spanId } = newSpanContext();
    headers.traceparent = `00-${traceId}-${spanId}-00`;
  }
  return headers;
}

/**
 * Runs `work` in the active trace, or in the one that `headers` name, or in a new one. Ids of a trace go on into logs
 * and messages also where nobody collects spans.
 */
export function inTrace<T>(headers: TraceHeaders, work: () => T): T {
  if (isTraced(context.active())) return work();
  const given = propagation.extract(ROOT_CONTEXT, headers);
  return context.with(isTraced(given) ? given : trace.setSpanContext(ROOT_CONTEXT, newSpanContext()), work);
}

function isTraced(active: ReturnType<typeof context.active>): boolean {
  const span = trace.getSpanContext(active);
  return span !== undefined && isSpanContextValid(span);
}

/** Of a trace that nobody records. */
function newSpanContext(): SpanContext {
  const random = randomChunk(24).toString('hex');
  return { traceId: random.slice(0, 32), spanId: random.slice(32), traceFlags: TraceFlags.NONE };
}

/** Runs `work` as a continuation of the trace that `headers` came from, if they name one. */
export function withTraceContext<T>(headers: TraceHeaders, work: () => T): T {
  return context.with(propagation.extract(ROOT_CONTEXT, headers), work);
}

/** The span that is being worked in, to be pointed from by `linkToActive`. */
export function activeSpan(): Span | undefined {
  return trace.getActiveSpan();
}

/**
 * Points from each of these spans to the active one, which does their work together with its own: one transaction for
 * several requests or messages.
 */
export function linkToActive(spans: readonly (Span | undefined)[]): void {
  const active = trace.getActiveSpan()?.spanContext();
  if (active === undefined) return;
  for (const span of spans) {
    if (span?.isRecording() === true) span.addLink({ context: active });
  }
}

/** Runs `work` inside a span of its own, which is marked failed when `work` throws. */
export async function inSpan<T>(name: string, work: () => Promise<T>, options: SpanOptions = {}): Promise<T> {
  return await tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await inTrace({}, work);
    } catch (error) {
      // The message stays out: it may quote data.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
