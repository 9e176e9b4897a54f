import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { currentTraceHeaders, withTraceContext } from '@turnout/runtime/trace-context';
import { afterEach, describe, expect, it } from 'vitest';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

afterEach(() => {
  context.disable();
  propagation.disable();
});

describe('trace context', () => {
  it('travels through the headers of a row or message', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    const headers = { traceparent, tracestate: 'vendor=1' };
    expect(withTraceContext(headers, currentTraceHeaders)).toEqual(headers);
    expect(withTraceContext(headers, () => trace.getActiveSpan()?.spanContext().traceId)).toBe(
      traceparent.slice(3, 35),
    );
  });

  it('is empty, and does no harm, when nothing is traced', () => {
    expect(currentTraceHeaders()).toEqual({});
    expect(withTraceContext({ traceparent }, () => 5)).toBe(5);
    expect(withTraceContext({ traceparent: 'nonsense' }, () => 5)).toBe(5);
  });
});
