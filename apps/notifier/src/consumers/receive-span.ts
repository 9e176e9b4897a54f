import { propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { TraceHeaders } from '@turnout/runtime/trace-context';
import type { ReceivedEvent } from './received-event.ts';

const tracer = trace.getTracer('@turnout/notifier');

export interface ReceiveSpan {
  /** Continues the trace where the message is sent, in whichever process. */
  headers: TraceHeaders;
  end(): void;
}

/**
 * Continues the trace of one event while it is being stored, and points to the transaction that stores it with others,
 * which is the active span. Where nothing is traced, the headers are handed on.
 */
export function startReceiveSpan({ event, headers: incoming }: ReceivedEvent): ReceiveSpan {
  const parent = propagation.extract(ROOT_CONTEXT, incoming);
  const batch = trace.getActiveSpan()?.spanContext();
  const span = tracer.startSpan(
    `store ${event.type}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: { 'messaging.message.id': event.id },
      links: batch === undefined ? [] : [{ context: batch }],
    },
    parent,
  );
  const headers: TraceHeaders = { ...incoming };
  propagation.inject(trace.setSpan(parent, span), headers);
  return { headers, end: () => span.end() };
}
