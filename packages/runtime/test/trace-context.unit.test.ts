import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { currentTraceHeaders, inTrace, withTraceContext } from '@turnout/runtime/trace-context';
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

  it('is one of its own where nothing is traced', () => {
    const fresh = /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/;
    expect(currentTraceHeaders()).toEqual({ traceparent: expect.stringMatching(fresh) });
    expect(currentTraceHeaders()).not.toEqual(currentTraceHeaders());
    expect(withTraceContext({ traceparent }, () => 5)).toBe(5);
    expect(withTraceContext({ traceparent: 'nonsense' }, () => 5)).toBe(5);
  });

  it('is taken over from a caller, or begun, for a whole piece of work', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    expect(inTrace({ traceparent }, currentTraceHeaders)).toEqual({ traceparent });
    const [one, other] = inTrace({}, () => [
      currentTraceHeaders(),
      inTrace({ traceparent }, currentTraceHeaders),
    ]);
    expect(one).toEqual(other);
    const begun = inTrace({ traceparent: 'nonsense' }, currentTraceHeaders).traceparent;
    expect(begun).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(begun).not.toBe(traceparent);
  });
});
