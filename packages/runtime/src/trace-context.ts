import {
  context,
  propagation,
  ROOT_CONTEXT,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/** The W3C trace context as message or row headers; empty when nothing is traced. */
export interface TraceHeaders {
  traceparent?: string;
  tracestate?: string;
}

const tracer = trace.getTracer('@turnout/runtime');

/** What a message or row written now must carry so that its reader continues the active trace. */
export function currentTraceHeaders(): TraceHeaders {
  const headers: TraceHeaders = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** Runs `work` as a continuation of the trace that `headers` came from, if they name one. */
export function withTraceContext<T>(headers: TraceHeaders, work: () => T): T {
  return context.with(propagation.extract(ROOT_CONTEXT, headers), work);
}

/** Runs `work` inside a span of its own, which is marked failed when `work` throws. */
export async function inSpan<T>(name: string, work: () => Promise<T>, options: SpanOptions = {}): Promise<T> {
  return await tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work();
    } catch (error) {
      // The message stays out: it may quote data.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
