import type { TraceHeaders } from '@turnout/runtime/trace-context';

/** The trace a message came in. What doesn't look like one is left out: it must not cost the message. */
export function traceHeaders({ traceparent, tracestate }: Record<string, unknown>): TraceHeaders {
  if (typeof traceparent !== 'string' || !/^[0-9a-f]{2}(?:-[0-9a-f]+){3}$/.test(traceparent)) return {};
  const stated = typeof tracestate === 'string' && /^[\x20-\x7e]{1,512}$/.test(tracestate);
  return { traceparent, ...(stated ? { tracestate } : {}) };
}
